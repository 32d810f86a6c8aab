/**
 * Step 1 of the path: syslog messages become log records.
 *
 * In: messages of RFC 3164 or RFC 5424 from TCP connections, with or without TLS, and UDP packets.
 * Out: batches of log records.
 * Never: answers (syslog has no acknowledgement), holds more messages than its queue has room for.
 */
export * from './config.ts';
export * from './factory.ts';
export * from './syslog-receiver.ts';
