import type { ServiceSettings } from '@sonde/pipeline/settings';
import { param, type Sql, sql } from '@sonde/store';
import { z } from 'zod';
import type { MapPlace } from '../../api/contract/index.ts';
import { cutName } from '../../cut-name.ts';
import type { StoreQuery } from '../../store-reader.ts';
import { ENTRY } from '../services/queries.ts';
import { seconds } from './minute-join.ts';
import { inHours, inScope, type MapScope, newestMinutes } from './queries.ts';
import { groupOf } from './service-groups.ts';

/** Services of which places are told. */
const SERVICES_MAX = 20_000;
const ZONES_MAX = 20;
/** Attributes that name a zone and a team, the first that is there. */
const ZONE_KEYS = [
  'cloud.availability_zone',
  'topology.kubernetes.io/zone',
  'k8s.node.zone',
  'zone',
];
const TEAM_KEYS = ['service.team', 'team', 'k8s.deployment.label.team', 'k8s.pod.label.team'];

export interface PlaceRow {
  readonly service: string;
  readonly namespace: string;
  readonly cluster: string;
  readonly zones: readonly string[];
  readonly team: string;
}

const PlaceRowSchema: z.ZodType<PlaceRow> = z.object({
  service: z.string(),
  namespace: z.string(),
  cluster: z.string(),
  zones: z.array(z.string()),
  team: z.string(),
});

/**
 * What resources of the range say of where a service runs and whose it is: a row a service of the
 * map. Others, which may be many more, neither call nor serve.
 */
export function placesQuery(scope: MapScope): StoreQuery<PlaceRow> {
  const { tenant, fromMs, toMs } = scope;
  const first = (keys: readonly string[]) =>
    sql`arrayFirst(v -> v != '', arrayMap(k -> attributes[k], ${param.strings(keys)}))`;
  return {
    summary: 'SELECT resources places',
    row: PlaceRowSchema,
    sql: sql`
      SELECT service, namespace, cluster,
        arraySort(groupUniqArrayIf(${param.uint64(ZONES_MAX)})(zone, zone != '')) AS zones,
        max(of_team) AS team
      FROM (
        SELECT service, namespace, cluster, ${first(ZONE_KEYS)} AS zone, ${first(TEAM_KEYS)} AS of_team
        FROM resources
        WHERE tenant = ${param.string(tenant)}
          AND bucket >= toStartOfHour(${seconds(fromMs)}) AND bucket < ${seconds(toMs)}
          AND service IN (${onMapSql(scope)})
      )
      GROUP BY service, namespace, cluster
      ORDER BY service, namespace, cluster
      LIMIT ${param.uint64(SERVICES_MAX)}`,
  };
}

/** Names of services that call, are called or serve, those with most first. */
function onMapSql(scope: MapScope): Sql {
  const hours = inHours(scope);
  const ends = sql`arrayJoin([toString(client_service), toString(server_service)]) AS name`;
  return sql`
    SELECT name FROM (
      SELECT ${ends}, edges_1m.requests AS work FROM edges_1m
      WHERE ${inScope(scope)} AND ${hours} AND ${newestMinutes(scope)}
      UNION ALL
      SELECT ${ends}, opened FROM connections_1m
      WHERE ${inScope(scope)} AND ${hours} AND ${newestMinutes(scope)}
      UNION ALL
      SELECT toString(service), toFloat64(spans) FROM red_1m
      WHERE ${inScope(scope)} AND ${hours} AND ${ENTRY}
    )
    GROUP BY name ORDER BY sum(work) DESC LIMIT ${param.uint64(SERVICES_MAX)}`;
}

/** Settings win over what resources say. */
export function placesOf(rows: readonly PlaceRow[], settings: ServiceSettings): MapPlace[] {
  return rows.map(({ service: name, namespace, cluster, zones, team }) => ({
    name: cutName(name),
    namespace: cutName(namespace),
    cluster: cutName(cluster),
    category: groupOf(settings.categories, { name, namespace }),
    team: groupOf(settings.teams, { name, namespace }) || cutName(team),
    zones: zones.map(cutName),
  }));
}
