import { CompileError } from '../errors.ts';
import type { Accessor, Cursor, Getter, Level } from './getter.ts';
import type { KeyValue } from './index-value.ts';

/** What a path may start with: the contexts, and the older name of `scope`. */
export type PathPrefix =
  | 'resource'
  | 'scope'
  | 'instrumentation_scope'
  | 'span'
  | 'spanevent'
  | 'metric'
  | 'datapoint'
  | 'log'
  | 'otelcol';

export const PATH_PREFIXES: readonly PathPrefix[] = [
  'resource',
  'scope',
  'instrumentation_scope',
  'span',
  'spanevent',
  'metric',
  'datapoint',
  'log',
  'otelcol',
];

/** Where upstream describes the paths of a context, before its name. */
const DOCUMENTATION =
  'https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/pkg/ottl/contexts/ottl';

/** A key behind a path. */
export interface PathKey<C> {
  readonly get: Getter<C, KeyValue>;
  readonly level: Level;
  /** The key where it stands in the text. */
  readonly literal?: KeyValue;
}

/** One path of a context: without keys, or with any number of them behind its last segment. */
export type PathEntry<C> =
  | { readonly leaf: Accessor<C> }
  | { readonly keyed: (keys: readonly PathKey<C>[]) => Accessor<C> };

/** The paths below a prefix: `name`, `status.code`, `attributes`. */
export type PathTable<C> = Readonly<Record<string, PathEntry<C>>>;

/** What statements of a context may name. */
export interface ContextDefinition<C extends Cursor> {
  /** As it is written before a path: `span`. */
  readonly name: PathPrefix;
  /** Its own paths and those of the contexts above, by prefix. */
  readonly paths: Readonly<Partial<Record<PathPrefix, PathTable<C>>>>;
  readonly enums: ReadonlyMap<string, bigint>;
}

/** A path of the text: prefix taken off, keys compiled. */
export interface PathRequest<C> {
  readonly prefix: PathPrefix;
  readonly fields: readonly { readonly name: string; readonly keys: readonly PathKey<C>[] }[];
  readonly text: string;
  readonly at: number;
}

/** The accessor of a path. Throws `CompileError` in the Collector's words. */
export function resolvePath<C extends Cursor>(
  context: ContextDefinition<C>,
  request: PathRequest<C>,
): Accessor<C> {
  const { prefix, fields, text, at } = request;
  const table = context.paths[prefix];
  if (table === undefined) {
    const valid = Object.keys(context.paths).map((name) => `"${name}"`);
    throw new CompileError(
      `context "${prefix}" from path "${text}" is not valid, it must be replaced by one of: ${valid.join(', ')}`,
      at,
    );
  }
  const name = fields.map((field) => field.name).join('.');
  const entry = Object.hasOwn(table, name) ? table[name] : undefined;
  if (entry === undefined) throw unknownPath(context, request, table);
  for (const field of fields.slice(0, -1))
    if (field.keys.length > 0) throw notIndexable(field.name);
  const keys = fields.at(-1)?.keys ?? [];
  if ('keyed' in entry) return entry.keyed(keys);
  if (keys.length > 0) throw notIndexable(fields.at(-1)?.name ?? '');
  return entry.leaf;
}

function notIndexable(name: string): CompileError {
  return new CompileError(
    `the keys indexing "${name}" were not used by the context - this likely means you are trying to index a path that does not support indexing`,
  );
}

function unknownPath<C extends Cursor>(
  { name: context }: ContextDefinition<C>,
  { fields, text, at }: PathRequest<C>,
  table: PathTable<C>,
): CompileError {
  const names = Object.keys(table);
  let known = 0;
  for (let prefix = ''; known < fields.length; known++) {
    prefix = `${prefix}${known === 0 ? '' : '.'}${fields[known]?.name}`;
    if (!names.some((name) => name === prefix || name.startsWith(`${prefix}.`))) break;
  }
  const segment = fields[known]?.name;
  if (
    segment !== undefined &&
    Object.hasOwn(
      table,
      fields
        .slice(0, known)
        .map((field) => field.name)
        .join('.'),
    )
  ) {
    return new CompileError(
      `the path section "${segment}" was not used by the context - this likely means you are using extra path sections`,
      at,
    );
  }
  const unknown = segment ?? fields.at(-1)?.name;
  return new CompileError(
    `segment "${unknown}" from path "${text}" is not a valid path nor a valid OTTL keyword for the ${context} context - review ${DOCUMENTATION}${context} to see all valid paths`,
    at,
  );
}
