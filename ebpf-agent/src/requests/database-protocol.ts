import { DB_CLIENT_DURATION, DB_SERVER_DURATION } from '../metrics/definitions.ts';
import { ExchangeFlag } from '../records/layout.ts';
import { attributesOf } from './attributes.ts';
import type { RequestProtocol } from './request-protocol.ts';

/** A database: what all of them have in common, with what the given one has of its own. */
export function databaseProtocol(
  own: Pick<RequestProtocol, 'name' | 'read' | 'onConnection'>,
): RequestProtocol {
  return {
    ...own,
    server: DB_SERVER_DURATION,
    client: DB_CLIENT_DURATION,
    errorType: ({ flags, code }) =>
      flags & ExchangeFlag.failed ? errorCodeOf(code) || 'error' : undefined,
    attributes: ({ meaning: { operation, target }, flags, code }) =>
      attributesOf({
        'db.system.name': own.name,
        'db.operation.name': operation || undefined,
        'db.collection.name': target || undefined,
        'db.response.status_code': flags & ExchangeFlag.failed ? errorCodeOf(code) : undefined,
      }),
    details: ({ meaning }) => attributesOf({ 'db.query.text': meaning.text || undefined }),
  };
}

/** SQLSTATE, or the first word of an error of Redis (`WRONGTYPE`, cut at 8). */
function errorCodeOf(code: string): string {
  return /^[A-Z0-9]+/.exec(code)?.[0] ?? '';
}
