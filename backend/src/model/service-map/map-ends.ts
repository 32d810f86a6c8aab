import { z } from 'zod';
import type { MapNode } from '../../api/contract/index.ts';
import { cutName } from '../../cut-name.ts';

/** The ends of a row of edges or connections. */
export interface Ends {
  readonly client_service: string;
  readonly client_namespace: string;
  readonly client_cluster: string;
  readonly client_kind: MapNode['kind'];
  readonly server_service: string;
  readonly server_namespace: string;
  readonly server_cluster: string;
  readonly server_kind: MapNode['kind'];
}

const Kind: z.ZodType<MapNode['kind']> = z.enum(['service', 'database', 'messaging', 'external']);

/** Of `Ends`, for the schemas of rows. */
export const endColumns: { readonly [K in keyof Ends]: z.ZodType<Ends[K]> } = {
  client_service: z.string(),
  client_namespace: z.string(),
  client_cluster: z.string(),
  client_kind: Kind,
  server_service: z.string(),
  server_namespace: z.string(),
  server_cluster: z.string(),
  server_kind: Kind,
};

export type Places = ReadonlyMap<string, { readonly namespace: string; readonly cluster: string }>;

export function clientOf(row: Ends): MapNode {
  return {
    name: cutName(row.client_service),
    namespace: cutName(row.client_namespace),
    cluster: cutName(row.client_cluster),
    kind: row.client_kind,
  };
}

export function serverOf(row: Ends): MapNode {
  return {
    name: cutName(row.server_service),
    namespace: cutName(row.server_namespace),
    cluster: cutName(row.server_cluster),
    kind: row.server_kind,
  };
}

/** Tells pairs of nodes apart. */
export function pairOf(row: Ends): string {
  return JSON.stringify([clientOf(row), serverOf(row)]);
}

/** Services that are in one namespace and cluster alone, by name. */
export function placesOf(rows: readonly Ends[]): Places {
  const places = new Map<string, { namespace: string; cluster: string } | undefined>();
  const see = ({ name, namespace, cluster, kind }: MapNode): void => {
    if (kind !== 'service' || (namespace === '' && cluster === '')) return;
    const known = places.get(name);
    const isOther =
      places.has(name) && (known?.namespace !== namespace || known.cluster !== cluster);
    places.set(name, isOther ? undefined : { namespace, cluster });
  };
  for (const row of rows) {
    see(clientOf(row));
    see(serverOf(row));
  }
  return new Map([...places].flatMap(([name, place]) => (place ? [[name, place]] : [])));
}

/** A caller that knows a name alone means the service of that name, where there is one. */
export function placed<T extends Ends>(row: T, places: Places): T {
  const client = unplaced(clientOf(row)) ? places.get(row.client_service) : undefined;
  const server = unplaced(serverOf(row)) ? places.get(row.server_service) : undefined;
  if (client === undefined && server === undefined) return row;
  return {
    ...row,
    ...(client && { client_namespace: client.namespace, client_cluster: client.cluster }),
    ...(server && { server_namespace: server.namespace, server_cluster: server.cluster }),
  };
}

function unplaced({ kind, namespace, cluster }: MapNode): boolean {
  return kind === 'service' && namespace === '' && cluster === '';
}
