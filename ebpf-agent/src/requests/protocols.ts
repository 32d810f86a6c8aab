import type { KeyValue } from '@sonde/proto';
import type { MetricDefinition } from '../metrics/definitions.ts';
import { ExchangeFlag, Protocol } from '../records/layout.ts';
import { amqpEssence, amqpRequest } from './amqp-request.ts';
import { attributesOf } from './attributes.ts';
import {
  cassandraAnswer,
  cassandraEssence,
  cassandraPrepared,
  cassandraRequest,
} from './cassandra-request.ts';
import { clickhouseEssence, clickhouseRequest } from './clickhouse-request.ts';
import { databaseProtocol } from './database-protocol.ts';
import { DNS } from './dns-request.ts';
import { type Exchange, isServer } from './exchange.ts';
import { HTTP } from './http-protocol.ts';
import { HTTP2 } from './http2-protocol.ts';
import { kafkaAnswer, kafkaEssence, kafkaRequest, kafkaTopic } from './kafka-request.ts';
import type { Meaning } from './meaning.ts';
import { memcachedError, memcachedEssence, memcachedRequest } from './memcached-request.ts';
import { messagingProtocol } from './messaging-protocol.ts';
import { mongodbAnswer, mongodbEssence, mongodbRequest } from './mongodb-request.ts';
import { mysqlAnswer, mysqlEssence, mysqlPrepared, mysqlRequest } from './mysql-request.ts';
import { natsEssence, natsRequest } from './nats-request.ts';
import {
  definesStatement,
  postgresqlEssence,
  postgresqlRequest,
  statementName,
} from './postgresql-request.ts';
import { redisError, redisEssence, redisRequest } from './redis-request.ts';
import type { ProtocolConnection, RequestProtocol } from './request-protocol.ts';

/** The protocols whose requests are read, by `enum protocol` of `bpf/record.h`. */
const PROTOCOLS: Readonly<Record<number, RequestProtocol>> = {
  [Protocol.http1]: HTTP,
  [Protocol.http2]: HTTP2,
  [Protocol.postgresql]: databaseProtocol({
    name: 'postgresql',
    read: postgresqlRequest,
    essence: postgresqlEssence,
    onConnection: preparedStatement,
  }),
  [Protocol.redis]: databaseProtocol({
    name: 'redis',
    read: redisRequest,
    essence: redisEssence,
    errorCode: ({ code }) => redisError(code),
    hasPipelines: true,
  }),
  [Protocol.mysql]: databaseProtocol({
    name: 'mysql',
    read: mysqlRequest,
    essence: mysqlEssence,
    onConnection: mysqlPrepared,
    onAnswer: mysqlAnswer,
    errorCode: ({ status }) => (status === 0 ? '' : String(status)),
    errorDetails: ({ code }) => attributesOf({ 'sonde.db.sqlstate': code || undefined }),
  }),
  [Protocol.mongodb]: databaseProtocol({
    name: 'mongodb',
    read: mongodbRequest,
    essence: mongodbEssence,
    onAnswer: mongodbAnswer,
    errorCode: ({ code }) => code,
  }),
  [Protocol.kafka]: messagingProtocol({
    name: 'kafka',
    system: 'kafka',
    hasMessages: false,
    read: kafkaRequest,
    essence: kafkaEssence,
    onConnection: kafkaTopic,
    onAnswer: kafkaAnswer,
  }),
  [Protocol.memcached]: databaseProtocol({
    name: 'memcached',
    read: memcachedRequest,
    essence: memcachedEssence,
    errorCode: memcachedError,
    hasPipelines: true,
  }),
  [Protocol.rabbitmq]: messagingProtocol({
    name: 'amqp',
    system: 'rabbitmq',
    hasMessages: true,
    read: amqpRequest,
    essence: amqpEssence,
  }),
  [Protocol.nats]: messagingProtocol({
    name: 'nats',
    system: 'nats',
    hasMessages: true,
    read: natsRequest,
    essence: natsEssence,
  }),
  [Protocol.dns]: DNS,
  [Protocol.clickhouse]: databaseProtocol({
    name: 'clickhouse',
    read: clickhouseRequest,
    essence: clickhouseEssence,
    errorCode: ({ status }) => String(status),
  }),
  [Protocol.cassandra]: databaseProtocol({
    name: 'cassandra',
    read: cassandraRequest,
    essence: cassandraEssence,
    onConnection: cassandraPrepared,
    onAnswer: cassandraAnswer,
    errorCode: ({ status }) => `0x${status.toString(16).padStart(4, '0')}`,
  }),
};

/** What connections are called whose requests are not read. */
const OTHER_NAMES: Readonly<Record<number, string>> = {
  [Protocol.tls]: 'tls',
};

export function protocolOf(protocol: number): RequestProtocol | undefined {
  return PROTOCOLS[protocol];
}

/** `network.protocol.name`; undefined while nobody knows. */
export function protocolNameOf(protocol: number): string | undefined {
  return PROTOCOLS[protocol]?.name ?? OTHER_NAMES[protocol];
}

/** `error.type`: undefined for what went well. */
export function errorTypeOf(exchange: Exchange): string | undefined {
  if (exchange.flags & ExchangeFlag.unanswered) {
    return exchange.protocol.unanswered ?? 'no_response';
  }
  if (exchange.flags & ExchangeFlag.unread) return 'unknown_response';
  return exchange.protocol.errorType(exchange);
}

export function metricOf(exchange: Exchange): MetricDefinition {
  return isServer(exchange) ? exchange.protocol.server : exchange.protocol.client;
}

/** Tells the exchanges of a service apart as finely as its attributes do. */
export function seriesKeyOf(exchange: Exchange): string {
  const { connection, protocol, meaning, status, flags, code } = exchange;
  const { version = '' } = protocol;
  const { operation, target } = meaning;
  return `${connection.peerKey} ${connection.host ?? ''} ${version} ${status}.${flags & ~ExchangeFlag.early} ${code} ${operation} ${target}`;
}

/** What the metrics and the span of an exchange have in common, without the other side. */
export function exchangeAttributes(exchange: Exchange): readonly KeyValue[] {
  return [
    ...exchange.protocol.attributes(exchange),
    ...attributesOf({ 'error.type': errorTypeOf(exchange) }),
  ];
}

/** Of a prepared statement what was prepared. */
function preparedStatement(
  connection: ProtocolConnection,
  text: string,
  meaning: Meaning,
): Meaning {
  const name = statementName(text);
  if (name === undefined) return meaning;
  if (definesStatement(text)) connection.prepare(name, meaning);
  return connection.prepared(name) ?? meaning;
}
