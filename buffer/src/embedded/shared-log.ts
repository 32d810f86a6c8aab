import { mkdir, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EmbeddedLog, type EmbeddedLogOptions } from './embedded-log.ts';
import type { LogEvent, OnLogEvent } from './log-event.ts';

/** A hold on a log that others in this process hold too. */
export interface SharedLog {
  readonly log: EmbeddedLog;
  /** Gives the hold back; the last one closes the log. Idempotent. */
  release(): Promise<void>;
}

interface OpenLog {
  readonly log: Promise<EmbeddedLog>;
  readonly listeners: Set<OnLogEvent>;
  holders: number;
}

/** By folder. One entry an open log: as many as components that name a folder of their own. */
const openLogs: Map<string, OpenLog> = new Map();
/** Logs that are being closed: a folder can be opened again only after that. */
const closingLogs: Map<string, Promise<void>> = new Map();

/**
 * The log in `directory`, opened by the first caller in this process and closed when the last one
 * has released it. Limits are the first caller's. An event goes to one of those who listen, not to
 * all: it is one happening.
 */
export async function openSharedLog(
  directory: string,
  options: EmbeddedLogOptions = {},
): Promise<SharedLog> {
  const path = await canonical(directory);
  while (closingLogs.has(path)) await closingLogs.get(path);
  const { onEvent, ...limits } = options;
  const entry = openLogs.get(path) ?? openFirst(path, limits);
  entry.holders += 1;
  if (onEvent !== undefined) entry.listeners.add(onEvent);
  const release = async (): Promise<void> => {
    if (onEvent !== undefined) entry.listeners.delete(onEvent);
    entry.holders -= 1;
    if (entry.holders === 0) await closeLast(path, entry);
  };
  try {
    const log = await entry.log;
    let released: Promise<void> | undefined;
    return {
      log,
      release: () => {
        released ??= release();
        return released;
      },
    };
  } catch (error) {
    entry.holders -= 1;
    if (openLogs.get(path) === entry) openLogs.delete(path);
    throw error;
  }
}

function openFirst(path: string, limits: EmbeddedLogOptions): OpenLog {
  const listeners: Set<OnLogEvent> = new Set();
  const onEvent = (event: LogEvent): void => {
    for (const listener of listeners) {
      listener(event);
      break;
    }
  };
  const entry = { log: EmbeddedLog.open(path, { ...limits, onEvent }), listeners, holders: 0 };
  openLogs.set(path, entry);
  return entry;
}

async function closeLast(path: string, entry: OpenLog): Promise<void> {
  openLogs.delete(path);
  const closing = entry.log.then((log) => log.close());
  const settled = closing.catch(() => undefined);
  closingLogs.set(path, settled);
  try {
    await closing;
  } finally {
    if (closingLogs.get(path) === settled) closingLogs.delete(path);
  }
}

/** Two names of one folder are one log. */
async function canonical(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  return realpath(resolve(directory));
}
