import { param, type Sql, sql } from '@sonde/store';

/** OTLP's numbers of `kind`. */
export const SPAN = { client: 3, producer: 4, server: 2, consumer: 5 } as const;
export const CALLERS: Sql = sql`(${param.uint8(SPAN.client)}, ${param.uint8(SPAN.producer)})`;
export const CALLEES: Sql = sql`(${param.uint8(SPAN.server)}, ${param.uint8(SPAN.consumer)})`;
/** The id of no span, as in `parent_span_id` of a root. */
export const NO_SPAN: Sql = sql`toFixedString('', 8)`;

/** What the statements of a minute read of spans. */
export const SPAN_COLUMNS: Sql = sql`tenant, trace_id, span_id, service, namespace, cluster, origin, kind, name,
  status_code, weight, duration_ns, http_request_method, rpc_method, messaging_destination`;
