/**
 * Step 1 of the path: what receivers of log lines share.
 *
 * In: entries that a receiver made of lines or messages, the key `operators` of its configuration.
 * Out: entries as the operators left them, requests of them, handed to the pipeline until they are
 * taken.
 * Never: files, sockets, processes, offsets.
 */
export { pattern } from './config-fields.ts';
export * from './encoding.ts';
export * from './entry.ts';
export * from './entry-labels.ts';
export * from './log-delivery.ts';
export * from './log-request.ts';
export * from './operator.ts';
export * from './operator-chain.ts';
export * from './operator-list.ts';
export {
  SYSLOG,
  SYSLOG_SEVERITIES,
  type SyslogConfig,
  syslogParser,
  syslogProblems,
} from './operators/syslog-parser.ts';
export * from './pause.ts';
export * from './receiver-fields.ts';
export * from './record-queue.ts';
export * from './splitter/index.ts';
export { type ReadTimestamp, timestampReader } from './time/timestamp-reader.ts';
export * from './value-text.ts';
export * from './warning-gate.ts';
