import type { PathEntry, PathTable } from '../compile/context.ts';
import { type Getter, highestLevel, Level } from '../compile/getter.ts';
import { member } from '../compile/index-value.ts';
import { CompileError, EvaluationError } from '../errors.ts';
import type { Value } from '../value/value.ts';
import type { ClientView } from './cursors.ts';
import { readOnly, refuseWriting } from './entries.ts';

export interface WithClient {
  readonly client: ClientView | undefined;
}

/** What is below `otelcol`: of the sender, read only. */
export function clientPaths<C extends WithClient>(): PathTable<C> {
  return {
    'client.addr': readOnly(
      'otelcol.client.addr',
      ({ client }) => client?.address ?? '',
      Level.resource,
    ),
    'client.metadata': readMap('otelcol.client.metadata', metadataOf, metadataValues),
    'client.auth.attributes': readMap(
      'otelcol.client.auth.attributes',
      (client) => new Map(client?.auth),
      (client, key) => listed(client?.auth.get(key)),
    ),
    'grpc.metadata': readMap('otelcol.grpc.metadata', metadataOf, metadataValues),
  };
}

function metadataOf(client: ClientView | undefined): Map<string, Value> {
  return new Map([...(client?.metadata ?? [])].map(([key, values]) => [key, values[0] ?? '']));
}

function metadataValues(client: ClientView | undefined, key: string): readonly string[] {
  return client?.metadata.get(key.toLowerCase()) ?? [];
}

function listed(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}

function readMap<C extends WithClient>(
  name: string,
  whole: (client: ClientView | undefined) => Value,
  valuesOf: (client: ClientView | undefined, key: string) => readonly string[],
): PathEntry<C> {
  const set = refuseWriting(name);
  return {
    keyed: (keys) => {
      const [key, index, ...rest] = keys;
      if (rest.length > 0) throw new CompileError(`${name}: cannot index into a value's text`);
      const level = highestLevel([{ level: Level.resource }, ...keys]);
      if (key === undefined) return { level, set, get: ({ client }) => whole(client) };
      const get: Getter<C> = (cursor) => {
        const text = key.get(cursor);
        if (typeof text !== 'string') {
          throw new EvaluationError('map must be indexed by a string');
        }
        const values = valuesOf(cursor.client, text);
        // A header nearly always has one value: without an index it is the first, as a text.
        if (index === undefined || values.length === 0) return values[0] ?? null;
        return member([...values], index.get(cursor));
      };
      return { level, set, get };
    },
  };
}
