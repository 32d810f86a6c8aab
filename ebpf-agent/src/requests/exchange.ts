import type { KeyValue } from '@sonde/proto';
import type { Workload } from '../entities/workload.ts';
import {
  DB_CLIENT_DURATION,
  DB_SERVER_DURATION,
  HTTP_CLIENT_DURATION,
  HTTP_SERVER_DURATION,
  type MetricDefinition,
} from '../metrics/definitions.ts';
import { ExchangeFlag, Protocol, Role } from '../records/layout.ts';
import { attributesOf } from './attributes.ts';
import type { Connection } from './connection.ts';
import type { Meaning } from './meaning.ts';

/** A request and what became of it. */
export interface Exchange {
  readonly workload: Workload;
  readonly connection: Connection;
  readonly protocol: number;
  readonly meaning: Meaning;
  /** CLOCK_MONOTONIC. */
  readonly startNs: number;
  readonly durationNs: number;
  /** Of HTTP; 0 without an answer. */
  readonly status: number;
  readonly flags: number;
  /** Of databases. */
  readonly code: string;
  readonly requestBytes: number;
  readonly answerBytes: number;
}

const SERVER_ERROR = 500;
const CLIENT_ERROR = 400;

export function isServer({ connection }: Exchange): boolean {
  return connection.role === Role.server;
}

export function isHttp({ protocol }: Exchange): boolean {
  return protocol === Protocol.http1;
}

/** `error.type`: undefined for what went well, and for what is the caller's fault as the server sees it. */
export function errorTypeOf(exchange: Exchange): string | undefined {
  const { flags, status, code } = exchange;
  if (flags & ExchangeFlag.unanswered) return 'no_response';
  if (flags & ExchangeFlag.unread) return 'unknown_response';
  if (flags & ExchangeFlag.failed) return errorCodeOf(code) || 'error';
  const from = isServer(exchange) ? SERVER_ERROR : CLIENT_ERROR;
  return isHttp(exchange) && status >= from ? String(status) : undefined;
}

/** SQLSTATE, or the first word of an error of Redis (`WRONGTYPE`, cut at 8). */
export function errorCodeOf(code: string): string {
  return /^[A-Z0-9]+/.exec(code)?.[0] ?? '';
}

export function metricOf(exchange: Exchange): MetricDefinition {
  if (isHttp(exchange)) return isServer(exchange) ? HTTP_SERVER_DURATION : HTTP_CLIENT_DURATION;
  return isServer(exchange) ? DB_SERVER_DURATION : DB_CLIENT_DURATION;
}

/** Tells the exchanges of a service apart as finely as its attributes do. */
export function seriesKeyOf(exchange: Exchange): string {
  const { connection, meaning, status, flags, code } = exchange;
  const { operation, target } = meaning;
  return `${connection.peerKey} ${connection.host ?? ''} ${status}.${flags & ~ExchangeFlag.early} ${code} ${operation} ${target}`;
}

export function databaseNameOf(protocol: number): string {
  return protocol === Protocol.postgresql ? 'postgresql' : 'redis';
}

/** What the metrics and the span of an exchange have in common, without the other side. */
export function exchangeAttributes(exchange: Exchange): readonly KeyValue[] {
  const { protocol, meaning, status, code, flags } = exchange;
  const errorType = errorTypeOf(exchange);
  if (isHttp(exchange)) {
    return attributesOf({
      'http.request.method': meaning.operation,
      'http.response.status_code': status === 0 ? undefined : status,
      [isServer(exchange) ? 'http.route' : 'url.template']: meaning.target || undefined,
      'url.scheme': 'http',
      'error.type': errorType,
    });
  }
  const { operation, target } = meaning;
  return attributesOf({
    'db.system.name': databaseNameOf(protocol),
    'db.operation.name': operation || undefined,
    'db.collection.name': target || undefined,
    'db.response.status_code': flags & ExchangeFlag.failed ? errorCodeOf(code) : undefined,
    'error.type': errorType,
  });
}
