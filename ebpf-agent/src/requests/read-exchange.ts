import { ExchangeFlag } from '../records/layout.ts';
import type { RecordView } from '../records/record-view.ts';
import type { Connection, WaitingRequest } from './connection.ts';
import type { Meaning } from './meaning.ts';
import type { Outcome } from './outcome.ts';
import type { RequestProtocol } from './request-protocol.ts';
import { traceLinksOf } from './trace-links.ts';

/** Of what never got an answer. */
export const UNANSWERED: Outcome = {
  status: 0,
  flags: ExchangeFlag.unanswered,
  code: '',
  answerBytes: 0,
};

/** What was sent together has the name of the first. */
export function togetherOf(meaning: Meaning, commands: number): Meaning {
  if (commands <= 1) return meaning;
  return { ...meaning, operation: `PIPELINE ${meaning.operation}`.trim() };
}

/** An answer that ended with what went wrong behind its beginning. */
export function completed(begun: Outcome, { exchangeFlags, code }: RecordView): Outcome {
  if ((exchangeFlags & ExchangeFlag.failed) === 0) return begun;
  return { ...begun, flags: begun.flags | ExchangeFlag.failed, code };
}

/** What a record says of a request. */
export function requestOf(record: RecordView, protocol: RequestProtocol): WaitingRequest {
  const { atNs: startNs, tgid, text, requestBytes, commands } = record;
  const links = traceLinksOf(record);
  return { startNs, tgid, protocol, text, requestBytes, commands, links, outcome: undefined };
}

const OF_RECORDS = ExchangeFlag.continues | ExchangeFlag.up_to | ExchangeFlag.traced;

/** What a record says of an answer, the kernel's flags of records left away. */
export function outcomeOf(
  record: RecordView,
  { protocol, text }: WaitingRequest,
  connection: Connection,
): Outcome {
  const { status, exchangeFlags, answerBytes } = record;
  const flags = exchangeFlags & ~OF_RECORDS;
  const code = flags & ExchangeFlag.failed ? record.code : '';
  const outcome = { status, flags, code, answerBytes };
  if (protocol.onAnswer === undefined) return outcome;
  return protocol.onAnswer({ connection, request: text, answer: record.answerText }, outcome);
}
