import type { PathEntry, PathTable } from '../compile/context.ts';
import { type Getter, highestLevel, Level } from '../compile/getter.ts';
import { EvaluationError } from '../errors.ts';
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
    'client.metadata': readMap('otelcol.client.metadata', metadataOf, (client, key) => {
      return client?.metadata.get(key.toLowerCase())?.[0] ?? null;
    }),
    'client.auth.attributes': readMap(
      'otelcol.client.auth.attributes',
      (client) => new Map(client?.auth),
      (client, key) => client?.auth.get(key) ?? null,
    ),
    'grpc.metadata': readMap('otelcol.grpc.metadata', metadataOf, (client, key) => {
      return client?.metadata.get(key.toLowerCase())?.[0] ?? null;
    }),
  };
}

function metadataOf(client: ClientView | undefined): Map<string, Value> {
  return new Map([...(client?.metadata ?? [])].map(([key, values]) => [key, values[0] ?? '']));
}

function readMap<C extends WithClient>(
  name: string,
  whole: (client: ClientView | undefined) => Value,
  one: (client: ClientView | undefined, key: string) => Value,
): PathEntry<C> {
  const set = refuseWriting(name);
  return {
    keyed: (keys) => {
      const [key] = keys;
      const level = highestLevel([{ level: Level.resource }, ...keys]);
      if (key === undefined) return { level, set, get: ({ client }) => whole(client) };
      const get: Getter<C> = (cursor) => {
        const text = key.get(cursor);
        if (typeof text === 'string') return one(cursor.client, text);
        throw new EvaluationError('map must be indexed by a string');
      };
      return { level, set, get };
    },
  };
}
