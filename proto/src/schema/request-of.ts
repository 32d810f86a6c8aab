import type { Signal } from '../signal.ts';
import type { Message } from './field.ts';
import { LOGS_REQUEST } from './log-messages.ts';
import { METRICS_REQUEST } from './metric-messages.ts';
import { PROFILES_REQUEST } from './profile-messages.ts';
import { TRACES_REQUEST } from './trace-messages.ts';

const REQUESTS: Readonly<Record<Signal, Message>> = {
  traces: TRACES_REQUEST,
  metrics: METRICS_REQUEST,
  logs: LOGS_REQUEST,
  profiles: PROFILES_REQUEST,
};

/** The table of a signal's request message. */
export function requestOf(signal: Signal): Message {
  return REQUESTS[signal];
}
