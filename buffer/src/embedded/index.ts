/** The embedded log: the buffer's contract in segment files, for one machine. */
export {
  EmbeddedLog,
  type EmbeddedLogOptions,
  type LogCounters,
  PARTITIONS_MAX,
} from './embedded-log.ts';
export {
  DEFAULT_LOG_LIMITS,
  DEFAULT_TOPIC_LIMITS,
  type LogLimits,
  SEGMENT_BYTES_MIN,
  type TopicLimits,
} from './limits.ts';
export {
  describeLogEvent,
  isLoss,
  isWarning,
  type LogEvent,
  type OnLogEvent,
} from './log-event.ts';
export { openSharedLog, type SharedLog } from './shared-log.ts';
