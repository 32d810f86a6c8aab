import { PATH_PREFIXES } from '../compile/context.ts';
import { withText } from '../errors.ts';
import { parseConditionText, parseStatementText } from './parse.ts';
import type { ArgumentValueNode, CallNode, ConditionNode, PathNode } from './syntax-tree.ts';

/** What texts name. */
export interface Hints {
  readonly prefixes: ReadonlySet<string>;
  readonly functions: ReadonlySet<string>;
  readonly enums: ReadonlySet<string>;
}

interface Found {
  readonly prefixes: Set<string>;
  readonly functions: Set<string>;
  readonly enums: Set<string>;
}

/** Throws `CompileError` for a text that does not parse. */
export function hintsOf(texts: {
  readonly statements: readonly string[];
  readonly conditions: readonly string[];
}): Hints {
  const found: Found = { prefixes: new Set(), functions: new Set(), enums: new Set() };
  for (const text of texts.statements) {
    const { editor, where } = withText('statement', text, () => parseStatementText(text));
    visitCall(editor, found);
    if (where !== undefined) visitCondition(where, found);
  }
  for (const text of texts.conditions) {
    visitCondition(
      withText('condition', text, () => parseConditionText(text)),
      found,
    );
  }
  return found;
}

function visitCondition(node: ConditionNode, found: Found): void {
  switch (node.kind) {
    case 'and':
    case 'or':
      for (const operand of node.operands) visitCondition(operand, found);
      break;
    case 'not':
      visitCondition(node.operand, found);
      break;
    case 'compare':
      visitValue(node.left, found);
      visitValue(node.right, found);
      break;
    case 'test':
      visitValue(node.value, found);
      break;
  }
}

function visitCall(node: CallNode, found: Found): void {
  found.functions.add(node.name);
  for (const { value } of node.arguments) visitValue(value, found);
  for (const key of node.keys) visitValue(key, found);
}

function visitValue(node: ArgumentValueNode, found: Found): void {
  switch (node.kind) {
    case 'call':
      visitCall(node, found);
      break;
    case 'path':
      visitPath(node, found);
      break;
    case 'enum':
      found.enums.add(node.name);
      break;
    case 'function name':
      found.functions.add(node.name);
      break;
    case 'list':
      for (const item of node.items) visitValue(item, found);
      break;
    case 'map':
      for (const { value } of node.entries) visitValue(value, found);
      break;
    case 'math':
      visitValue(node.left, found);
      visitValue(node.right, found);
      break;
    case 'lambda':
      if ('value' in node.body) visitValue(node.body.value, found);
      else visitCondition(node.body.condition, found);
      break;
    case 'negate':
      visitValue(node.operand, found);
      break;
    case 'literal':
  }
}

function visitPath(node: PathNode, found: Found): void {
  const [first, ...rest] = node.fields;
  const prefix = PATH_PREFIXES.find((name) => name === first?.name);
  if (prefix !== undefined && rest.length > 0) found.prefixes.add(prefix);
  for (const { keys } of node.fields) for (const key of keys) visitValue(key, found);
}
