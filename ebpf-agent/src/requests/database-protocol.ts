import type { KeyValue } from '@sonde/proto';
import {
  DB_CLIENT_COMMANDS,
  DB_CLIENT_DURATION,
  DB_SERVER_COMMANDS,
  DB_SERVER_DURATION,
} from '../metrics/definitions.ts';
import { ExchangeFlag } from '../records/layout.ts';
import { attributesOf } from './attributes.ts';
import type { ProtocolExchange, RequestProtocol } from './request-protocol.ts';

/** What a database has of its own. */
interface Own
  extends Pick<RequestProtocol, 'name' | 'read' | 'essence' | 'onConnection' | 'onAnswer'> {
  /** Of a failed exchange what went wrong; empty when that is not known. */
  readonly errorCode?: (exchange: ProtocolExchange) => string;
  /** Commands are sent together. */
  readonly hasPipelines?: boolean;
  /** Of a failed exchange what the span has besides. */
  readonly errorDetails?: (exchange: ProtocolExchange) => readonly KeyValue[];
}

/** A database: what all of them have in common, with what the given one has of its own. */
export function databaseProtocol(own: Own): RequestProtocol {
  const { name, read, essence, onConnection, onAnswer } = own;
  const errorCode = own.errorCode ?? (({ code }) => firstWord(code));
  const isFailed = ({ flags }: ProtocolExchange): boolean => (flags & ExchangeFlag.failed) !== 0;
  return {
    name,
    read,
    ...(essence && { essence }),
    ...(onConnection && { onConnection }),
    ...(onAnswer && { onAnswer }),
    ...(own.hasPipelines && {
      commands: { server: DB_SERVER_COMMANDS, client: DB_CLIENT_COMMANDS },
    }),
    server: DB_SERVER_DURATION,
    client: DB_CLIENT_DURATION,
    errorType: (exchange) => (isFailed(exchange) ? errorCode(exchange) || 'error' : undefined),
    attributes: (exchange) => {
      const { operation, target } = exchange.meaning;
      return attributesOf({
        'db.system.name': name,
        'db.operation.name': operation || undefined,
        'db.collection.name': target || undefined,
        'db.response.status_code': (isFailed(exchange) && errorCode(exchange)) || undefined,
      });
    },
    details: (exchange) => [
      ...attributesOf({
        'db.query.text': exchange.meaning.text || undefined,
        'db.operation.batch.size': exchange.commands > 1 ? exchange.commands : undefined,
      }),
      ...(isFailed(exchange) ? (own.errorDetails?.(exchange) ?? []) : []),
    ],
  };
}

/** SQLSTATE, or the first word of an error of Redis (`WRONGTYPE`, cut at 8). */
function firstWord(code: string): string {
  return /^[A-Z0-9]+/.exec(code)?.[0] ?? '';
}
