import { type Buffer, EmbeddedLog } from '@sonde/buffer';
import {
  type LetterFilter,
  REPLAY_GROUP,
  type ReplayResult,
  replayLetters,
  type Survey,
  surveyLetters,
} from '@sonde/delivery';
import { SIGNALS } from '@sonde/proto';
import { untilStopped } from '../supervise/child-side.ts';
import { UsageError } from '../usage-error.ts';
import { SOURCE_FLAGS } from './config-flags.ts';
import { openReplayed } from './open-replayed.ts';
import { readFlags } from './read-flags.ts';
import { replayTurn } from './replay-turn.ts';

const FLAGS = {
  directory: {
    type: 'string',
    value: 'FOLDER',
    about: 'the embedded log, of which no process is running (.sonde/buffer of sonde up)',
  },
  brokers: { type: 'string', multiple: true, value: 'HOST:PORT', about: 'or Kafka' },
  config: {
    ...SOURCE_FLAGS.config,
    about: 'or the Kafka of a gateway: brokers, tls and auth of its receiver or exporter kafka',
  },
  set: SOURCE_FLAGS.set,
  reason: { type: 'string', value: 'TEXT', about: 'an error code, or a part of its text' },
  signal: { type: 'string', value: SIGNALS.join('|'), about: 'of one signal' },
  tenant: { type: 'string', value: 'NAME', about: 'of one tenant' },
  since: { type: 'string', value: 'TIME', about: 'received then or later, like 2026-11-26T08:00Z' },
  until: { type: 'string', value: 'TIME', about: 'received before' },
  apply: {
    type: 'boolean',
    default: false,
    value: '',
    about: 'put them back; without it they are only counted',
  },
} as const;

interface FilterFlags {
  readonly reason?: string | undefined;
  readonly signal?: string | undefined;
  readonly tenant?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/**
 * `sonde replay`: counts the dead letters, and with `--apply` puts those that match back where they
 * were read from, each once, however often it is interrupted and called again.
 */
export async function replay(args: readonly string[]): Promise<void> {
  const { values } = readFlags(args, FLAGS);
  const filter = filterOf(values);
  const stop = untilStopped();
  const buffer = await openReplayed(values);
  try {
    const survey = await surveyLetters(buffer, filter);
    process.stdout.write(describeSurvey(survey));
    if (!values.apply) {
      if (survey.waiting > 0)
        process.stdout.write('Nothing was changed: --apply puts them back.\n');
      return;
    }
    const { replayed, foundAgain, refused, isStopped } = await putBack(buffer, filter, stop);
    const before = foundAgain === 0 ? '' : `, ${foundAgain} of them by a replay before this one`;
    process.stdout.write(`Put back: ${replayed}${before}.\n`);
    if (refused > 0) {
      process.stdout.write(
        `${refused} stay: their topics take no messages so large. Raise max.message.bytes of the topic, and the same command goes on.\n`,
      );
    }
    if (isStopped) process.stdout.write('Stopped: the same command goes on with the rest.\n');
  } finally {
    if (buffer instanceof EmbeddedLog) await buffer.forgetGroup(REPLAY_GROUP);
    await buffer.close();
  }
}

async function putBack(
  buffer: Buffer,
  filter: LetterFilter,
  stop: AbortSignal,
): Promise<ReplayResult> {
  const turn = await replayTurn(buffer);
  try {
    return await replayLetters(buffer, filter, AbortSignal.any([stop, turn.lost]));
  } finally {
    await turn.end();
  }
}

function filterOf({ reason, signal, tenant, since, until }: FilterFlags): LetterFilter {
  if (signal !== undefined && !SIGNALS.some((known) => known === signal)) {
    const known = SIGNALS.join(', ');
    throw new UsageError(`invalid argument "${signal}" for "--signal": ${known}`);
  }
  const sinceUnixMs = timeOf('--since', since);
  const untilUnixMs = timeOf('--until', until);
  return { reason, signal, tenant, sinceUnixMs, untilUnixMs };
}

function timeOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const unixMs = Date.parse(text);
  if (Number.isNaN(unixMs))
    throw new UsageError(`invalid argument "${text}" for "${flag}": a time`);
  return unixMs;
}

function describeSurvey({ groups, waiting, replayed, unreadable }: Survey): string {
  const lines = [`Dead letters that wait: ${waiting}; put back before: ${replayed}.`];
  if (unreadable > 0) lines.push(`${unreadable} do not say where they belong and stay.`);
  for (const { count, code, signal, tenant, bytes, oldestUnixMs, reason } of groups) {
    const oldest = new Date(oldestUnixMs).toISOString();
    lines.push(
      `  ${count} ${code} (${signal}, tenant ${tenant}, ${bytes} bytes, oldest ${oldest})`,
      `    ${reason}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
