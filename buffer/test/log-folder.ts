import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { PartitionReader } from '../src/contract.ts';
import { intentOf } from '../src/contract-suite.ts';
import { EmbeddedLog, type EmbeddedLogOptions, type LogEvent } from '../src/index.ts';

export const TOPIC = 'otlp_spans';

/** A folder that goes when the test ends. */
export async function makeFolder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sonde-buffer-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

/** Opens a log with one topic; closes it when the test ends. */
export async function openLog(
  directory: string,
  options: EmbeddedLogOptions = {},
): Promise<{ readonly log: EmbeddedLog; readonly events: LogEvent[] }> {
  const events: LogEvent[] = [];
  const onEvent = (event: LogEvent): number => events.push(event);
  const log = await EmbeddedLog.open(directory, { ...options, onEvent });
  await log.createTopic(TOPIC, { partitions: 1 });
  onTestFinished(() => log.close());
  return { log, events };
}

/** Paths of the topic's segments, oldest first. */
export async function segmentsOf(directory: string, partition = 0): Promise<string[]> {
  const folder = join(directory, TOPIC, String(partition));
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log'));
  return names.sort().map((name) => join(folder, name));
}

/** Takes the group from where it is to `to`. */
export async function commitTo(reader: PartitionReader, to: number): Promise<void> {
  await reader.begin(intentOf(reader.position(), to));
  await reader.commit(to);
}
