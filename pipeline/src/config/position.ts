import { isScalar, isSeq, isMap as isYamlMap, type LineCounter, type ParsedNode } from 'yaml';
import { KEY_DELIMITER } from './config-value.ts';
import { isMergeKey } from './yaml-tree.ts';

/** Where a key stands. Lines and columns count from 1. */
export interface Position {
  /** A file's path, `env:NAME`, or the text of a `--set`. */
  readonly source: string;
  readonly line: number;
  readonly column: number;
}

/** A parsed source: positions are looked for in it when somebody asks. */
export interface PositionedDocument {
  readonly contents: ParsedNode | null;
  readonly source: string;
  readonly lines: LineCounter;
}

interface Found {
  readonly document: PositionedDocument;
  readonly offset: number;
  /** How many parts of the path were written down. */
  readonly length: number;
}

/** Positions by path (`receivers::otlp::protocols`); a later source wins, as its values do. */
export class PositionIndex {
  readonly #documents: PositionedDocument[] = [];

  static ofDocument(document: PositionedDocument): PositionIndex {
    const index = new PositionIndex();
    index.#documents.push(document);
    return index;
  }

  addAll(later: PositionIndex): void {
    this.#documents.push(...later.#documents);
  }

  /** Of the path itself or of the nearest ancestor that was written down. */
  nearest(path: readonly string[]): Position | undefined {
    let best: Found | undefined;
    for (const document of this.#documents) {
      const found = findIn(document, path);
      if (found !== undefined && found.length >= (best?.length ?? 0)) best = found;
    }
    if (best === undefined) return undefined;
    const { line, col } = best.document.lines.linePos(best.offset);
    return { source: best.document.source, line, column: col };
  }
}

/** One step down: where it is written, and what to look in for the rest of the path. */
interface Step {
  readonly offset: number | undefined;
  readonly node: unknown;
  /** A key `a::b` is two parts of a path. */
  readonly length: number;
}

function findIn(document: PositionedDocument, path: readonly string[]): Found | undefined {
  let found: Found | undefined;
  let node: unknown = document.contents;
  for (let at = 0; at < path.length; ) {
    const step = stepInto(node, path, at);
    if (step === undefined) break;
    at += step.length;
    if (step.offset !== undefined) found = { document, offset: step.offset, length: at };
    node = step.node;
  }
  return found;
}

function stepInto(node: unknown, path: readonly string[], at: number): Step | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(path[at])];
    if (item === undefined) return undefined;
    return { offset: isScalar(item) ? item.range?.[0] : undefined, node: item, length: 1 };
  }
  if (!isYamlMap(node)) return undefined;
  let merge: Step | undefined;
  let best: Step | undefined;
  for (const { key, value } of node.items) {
    if (!isScalar(key)) continue;
    const offset = key.range?.[0];
    if (isMergeKey(key)) merge = { offset, node: undefined, length: 1 };
    const length = matchedParts(String(key.value ?? ''), path, at);
    if (length > (best?.length ?? 0)) best = { offset, node: value, length };
  }
  return best ?? merge;
}

function matchedParts(key: string, path: readonly string[], at: number): number {
  if (key === path[at]) return 1;
  if (!key.includes(KEY_DELIMITER)) return 0;
  const { length } = key.split(KEY_DELIMITER);
  return path.slice(at, at + length).join(KEY_DELIMITER) === key ? length : 0;
}

/** A `--set` is one line: its name says where. */
export const SET_LABEL = '--set ';

export function formatPosition(position: Position): string {
  if (position.source.startsWith(SET_LABEL)) return position.source;
  return `${position.source}:${position.line}:${position.column}`;
}
