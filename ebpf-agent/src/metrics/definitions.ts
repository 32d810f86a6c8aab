/** A metric of a service, as OpenTelemetry's semantic conventions (1.37) name it where they do. */
export interface MetricDefinition {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly kind: 'histogram' | 'counter' | 'upDownCounter' | 'gauge';
  /** Upper bounds of a histogram's buckets, ascending. */
  readonly bounds: readonly number[];
}

/** What the conventions advise for requests, in seconds. */
const REQUEST_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const DATABASE_BOUNDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];
const CONNECT_BOUNDS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5];

function histogram(name: string, bounds: readonly number[], description: string): MetricDefinition {
  return { name, description, unit: 's', kind: 'histogram', bounds };
}

function sum(
  name: string,
  unit: string,
  description: string,
  kind: 'counter' | 'upDownCounter' | 'gauge' = 'counter',
): MetricDefinition {
  return { name, description, unit, kind, bounds: [] };
}

export const HTTP_SERVER_DURATION: MetricDefinition = histogram(
  'http.server.request.duration',
  REQUEST_BOUNDS,
  'Duration of HTTP server requests.',
);

export const HTTP_CLIENT_DURATION: MetricDefinition = histogram(
  'http.client.request.duration',
  REQUEST_BOUNDS,
  'Duration of HTTP client requests.',
);

export const RPC_SERVER_DURATION: MetricDefinition = histogram(
  'rpc.server.call.duration',
  REQUEST_BOUNDS,
  'Duration of remote procedure calls as the server saw them.',
);

export const RPC_CLIENT_DURATION: MetricDefinition = histogram(
  'rpc.client.call.duration',
  REQUEST_BOUNDS,
  'Duration of remote procedure calls as the client saw them.',
);

export const DB_CLIENT_DURATION: MetricDefinition = histogram(
  'db.client.operation.duration',
  DATABASE_BOUNDS,
  'Duration of database client operations.',
);

/** The conventions have none for the database's side. */
export const DB_SERVER_DURATION: MetricDefinition = histogram(
  'db.server.operation.duration',
  DATABASE_BOUNDS,
  'Duration of database operations as the database itself saw them.',
);

/** Ours: the conventions count what is sent together as one operation. */
export const DB_CLIENT_COMMANDS: MetricDefinition = sum(
  'sonde.db.client.commands',
  '{command}',
  'Commands that clients of databases sent, those sent together counted one by one.',
);

export const DB_SERVER_COMMANDS: MetricDefinition = sum(
  'sonde.db.server.commands',
  '{command}',
  'Commands that databases answered, those sent together counted one by one.',
);

export const MESSAGING_CLIENT_DURATION: MetricDefinition = histogram(
  'messaging.client.operation.duration',
  REQUEST_BOUNDS,
  'Duration of operations that clients of brokers started.',
);

/** The conventions have none for the broker's side. */
export const MESSAGING_SERVER_DURATION: MetricDefinition = histogram(
  'messaging.server.operation.duration',
  REQUEST_BOUNDS,
  'Duration of operations of messaging as the broker itself saw them.',
);

export const MESSAGES_SENT: MetricDefinition = sum(
  'messaging.client.sent.messages',
  '{message}',
  'Messages that producers sent to the broker.',
);

export const MESSAGES_CONSUMED: MetricDefinition = sum(
  'messaging.client.consumed.messages',
  '{message}',
  'Messages that were delivered to consumers.',
);

/** Ours: the broker's side of the two above. */
export const MESSAGES_RECEIVED: MetricDefinition = sum(
  'messaging.server.received.messages',
  '{message}',
  'Messages that the broker got from producers.',
);

export const MESSAGES_DELIVERED: MetricDefinition = sum(
  'messaging.server.delivered.messages',
  '{message}',
  'Messages that the broker delivered to consumers.',
);

export const DNS_LOOKUP_DURATION: MetricDefinition = histogram(
  'dns.lookup.duration',
  REQUEST_BOUNDS,
  'Duration of DNS lookups.',
);

/** The conventions have none for the server's side. */
export const DNS_SERVER_DURATION: MetricDefinition = histogram(
  'dns.server.lookup.duration',
  REQUEST_BOUNDS,
  'Duration of DNS lookups as the server itself saw them.',
);

export const CONNECTIONS_OPENED: MetricDefinition = sum(
  'network.tcp.connections.opened',
  '{connection}',
  'TCP connections that were opened, or were open when the agent first saw them.',
);

export const CONNECTIONS_ACTIVE: MetricDefinition = sum(
  'network.tcp.connections.active',
  '{connection}',
  'TCP connections that are open.',
  'upDownCounter',
);

export const CONNECT_FAILURES: MetricDefinition = sum(
  'network.tcp.connect.failures',
  '{connection}',
  'TCP connections that could not be opened, by reason.',
);

export const CONNECT_DURATION: MetricDefinition = histogram(
  'network.tcp.connect.duration',
  CONNECT_BOUNDS,
  'From connect() until the connection was established.',
);

export const TCP_BYTES: MetricDefinition = sum(
  'network.tcp.io',
  'By',
  'Bytes that the service sent and received over TCP.',
);

export const TCP_RETRANSMITS: MetricDefinition = sum(
  'network.tcp.retransmits',
  '{segment}',
  'Segments that the service had to send again.',
);

export const TCP_RTT: MetricDefinition = histogram(
  'network.tcp.rtt',
  CONNECT_BOUNDS,
  "Smoothed round trip time of the service's connections, a measure a report.",
);

export const CONNECTION_RESETS: MetricDefinition = sum(
  'network.tcp.resets',
  '{connection}',
  'Connections that the service reset (transmit), or that the other side did (receive).',
);

export const LISTEN_DROPPED: MetricDefinition = sum(
  'network.tcp.listen.drops',
  '{connection}',
  'Connections that a listening socket of the service did not take: its queue was full, nearly always.',
);

export const LISTEN_QUEUE: MetricDefinition = sum(
  'network.tcp.listen.queue.length',
  '{connection}',
  'Connections that wait until the service accepts them.',
  'gauge',
);

export const LISTEN_QUEUE_MAX: MetricDefinition = sum(
  'network.tcp.listen.queue.limit',
  '{connection}',
  'The most connections that may wait until the service accepts them.',
  'gauge',
);

export const PROCESSES: MetricDefinition = sum(
  'sonde.service.processes',
  '{process}',
  'Processes of the service that run.',
  'gauge',
);

export const PROCESS_EXITS: MetricDefinition = sum(
  'sonde.service.process.exits',
  '{process}',
  'Processes of the service that ended, by exit code or signal.',
);

export const COMMANDS: MetricDefinition = sum(
  'sonde.service.commands',
  '{process}',
  'Programs that the service started and that were over soon, by exit code or signal.',
);
