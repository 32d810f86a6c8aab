import type { Signal } from '../signal.ts';
import { Message, message } from './field.ts';
import { LOGS_REQUEST } from './log-messages.ts';
import { METRICS_REQUEST } from './metric-messages.ts';
import { TRACES_REQUEST } from './trace-messages.ts';

/** Profiles are carried as they came; their fields have no tables yet. */
const PROFILES_REQUEST = new Message('ExportProfilesServiceRequest').define([
  message(1, 'resourceProfiles', new Message('ResourceProfiles'), { repeated: true, item: true }),
]);

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
