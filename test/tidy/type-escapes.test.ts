import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { TYPE_ESCAPES } from './exceptions.ts';
import { projectFiles, readProjectFile } from './repository.ts';

const PACKAGE =
  /^((?:receivers|processors|exporters|extensions)\/(?:lib\/)?[^/]+|[^/]+)\/src\/.*\.ts$/;

/** Casts (`as`, not `as const`), `any`, `!` and ignore comments of one file. */
function escapesOf(path: string): number {
  const text = readProjectFile(path);
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  let count = (text.match(/@ts-(ignore|expect-error|nocheck)|biome-ignore/g) ?? []).length;
  const visit = (node: ts.Node): void => {
    if (ts.isAsExpression(node) && node.type.getText(source) !== 'const') count++;
    if (ts.isNonNullExpression(node) || node.kind === ts.SyntaxKind.AnyKeyword) count++;
    ts.forEachChild(node, visit);
  };
  visit(source);
  return count;
}

describe('escapes from the type system', () => {
  it('are as many as each package names with a reason', () => {
    const counts: Record<string, number> = {};
    for (const path of projectFiles()) {
      const name = PACKAGE.exec(path)?.[1];
      if (name === undefined) continue;
      const escapes = escapesOf(path);
      if (escapes > 0) counts[name] = (counts[name] ?? 0) + escapes;
    }
    const allowed = Object.fromEntries(
      Object.entries(TYPE_ESCAPES).map(([name, { count }]) => [name, count]),
    );
    expect(counts).toEqual(allowed);
  });
});
