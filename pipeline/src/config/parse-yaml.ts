import { isScalar, isSeq, isMap as isYamlMap, LineCounter, parseDocument } from 'yaml';
import type { ConfigValue } from './config-value.ts';
import { GO_YAML_TAGS } from './go-yaml-tags.ts';
import { PositionIndex } from './position.ts';

/** Aliases a document may resolve to, so that a few lines cannot unfold to gigabytes. */
const ALIASES_MAX = 1000;
/** How deep maps and lists may nest. */
const DEPTH_MAX = 200;

export type YamlResult =
  | { readonly ok: true; readonly value: ConfigValue; readonly positions: PositionIndex }
  | { readonly ok: false; readonly reason: string };

/** Reads the first document of `text`; `source` names it in positions. Never throws. */
export function parseYaml(text: string, source: string): YamlResult {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    schema: 'failsafe',
    customTags: GO_YAML_TAGS,
    merge: true,
    lineCounter: lines,
    prettyErrors: false,
  });
  // The Collector reads the first document and is silent about the rest.
  const error = document.errors.find((candidate) => candidate.code !== 'MULTIPLE_DOCS');
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0]);
    return { ok: false, reason: `yaml: line ${line}: ${error.message}` };
  }
  try {
    const value = toConfigValue(document.toJS({ mapAsMap: true, maxAliasCount: ALIASES_MAX }), 0);
    const positions = new PositionIndex();
    indexPositions(document.contents, { path: [], source, lines, positions });
    return { ok: true, value, positions };
  } catch (thrown) {
    return { ok: false, reason: `yaml: ${thrown instanceof Error ? thrown.message : thrown}` };
  }
}

function toConfigValue(value: unknown, depth: number): ConfigValue {
  if (depth > DEPTH_MAX) throw new Error(`nested deeper than ${DEPTH_MAX}`);
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  if (Array.isArray(value)) return value.map((item) => toConfigValue(item, depth + 1));
  if (value instanceof Map) {
    const map = new Map<string, ConfigValue>();
    for (const [key, item] of value) map.set(String(key ?? ''), toConfigValue(item, depth + 1));
    return map;
  }
  throw new Error(`unsupported value ${String(value)}`);
}

interface PositionWalk {
  readonly path: readonly string[];
  readonly source: string;
  readonly lines: LineCounter;
  readonly positions: PositionIndex;
}

function indexPositions(node: unknown, walk: PositionWalk): void {
  if (isYamlMap(node)) {
    for (const pair of node.items) {
      if (!isScalar(pair.key)) continue;
      const path = [...walk.path, String(pair.key.value ?? '')];
      mark(pair.key.range?.[0], path, walk);
      indexPositions(pair.value, { ...walk, path });
    }
  } else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      const path = [...walk.path, String(index)];
      if (isScalar(item)) mark(item.range?.[0], path, walk);
      indexPositions(item, { ...walk, path });
    }
  }
}

function mark(offset: number | undefined, path: readonly string[], walk: PositionWalk): void {
  if (offset === undefined) return;
  const { line, col } = walk.lines.linePos(offset);
  walk.positions.set(path, { source: walk.source, line, column: col });
}
