import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Signal } from '@sonde/proto';
import { isAuthenticator } from './authenticator-guard.ts';
import type {
  Component,
  ComponentStatus,
  Consumer,
  CreateSettings,
  Host,
  SignallessCreateSettings,
} from './component.ts';
import { SondeError } from './errors.ts';
import type { LogFields, Logger, LogLevel } from './logger.ts';
import { StaticSettingsSource } from './settings/static-settings-source.ts';
import type { Telemetry } from './telemetry.ts';

/** Lines kept by a recording logger. */
const LINES_MAX = 1000;

export interface RecordedLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** Keeps lines instead of writing them. */
export class RecordingLogger implements Logger {
  readonly lines: RecordedLine[];
  readonly #fields: LogFields;

  constructor(lines: RecordedLine[] = [], fields: LogFields = {}) {
    this.lines = lines;
    this.#fields = fields;
  }

  debug(message: string, fields?: LogFields): void {
    this.#keep('debug', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#keep('info', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#keep('warn', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#keep('error', message, fields);
  }

  with(fields: LogFields): Logger {
    return new RecordingLogger(this.lines, { ...this.#fields, ...fields });
  }

  #keep(level: LogLevel, message: string, fields: LogFields | undefined): void {
    if (this.lines.length >= LINES_MAX) this.lines.shift();
    this.lines.push({ level, message, fields: { ...this.#fields, ...fields } });
  }
}

/** What the engine would hand to a receiver or extension. */
export function contractSettings(
  id: string,
  logger: Logger = new RecordingLogger(),
): SignallessCreateSettings {
  const settings = new StaticSettingsSource();
  return { id, logger, configVersion: 'contract', settings };
}

/** What the engine would hand to a processor or exporter. */
export function contractSignalSettings(
  id: string,
  signal: Signal,
  logger: Logger = new RecordingLogger(),
): CreateSettings {
  return { ...contractSettings(id, logger), signal };
}

export interface ContractHost extends Host {
  readonly reported: readonly ComponentStatus[];
}

/** A host with these extensions, ready since now. */
export function contractHost(extensions: Readonly<Record<string, Component>> = {}): ContractHost {
  const reported: ComponentStatus[] = [];
  const readySinceUnixMs = Date.now();
  return {
    reported,
    extension: (id) => extensions[id],
    authenticator: (id) => {
      const extension = extensions[id];
      if (extension !== undefined && isAuthenticator(extension)) return extension;
      throw new SondeError('INTERNAL', `failed to resolve authenticator "${id}"`);
    },
    reportStatus: (status) => reported.push(status),
    serviceStatus: () => ({ phase: 'ready', readySinceUnixMs, components: new Map() }),
    serviceOutline: () => ({
      build: { command: 'sonde', description: 'Sonde under test', version: '0' },
      startedUnixMs: readySinceUnixMs,
      pipelines: [],
      extensions: Object.keys(extensions),
      gates: new Set(),
    }),
  };
}

/** A consumer whose answers the test decides. */
export class GatedConsumer implements Consumer {
  readonly taken: Telemetry[] = [];
  #waiting: (() => void)[] = [];
  #enteredBy: (() => void)[] = [];
  #entered = 0;
  #open = true;
  #error: SondeError | undefined;

  /** Items of everything that was taken. */
  get itemCount(): number {
    return this.taken.reduce((count, telemetry) => count + telemetry.itemCount, 0);
  }

  /** From now on `consume` waits for `open`. */
  close(): void {
    this.#open = false;
  }

  open(): void {
    this.#open = true;
    for (const resume of this.#waiting.splice(0)) resume();
  }

  /** From now on `consume` rejects with `error`; undefined takes data again. */
  failWith(error: SondeError | undefined): void {
    this.#error = error;
  }

  /** Resolves when `consume` has been called, now or earlier, and not been waited for. */
  async entered(): Promise<void> {
    if (this.#entered === 0) {
      await new Promise<void>((resolve) => {
        this.#enteredBy.push(resolve);
      });
    }
    this.#entered -= 1;
  }

  async consume(telemetry: Telemetry): Promise<void> {
    this.#entered += 1;
    for (const notify of this.#enteredBy.splice(0)) notify();
    if (!this.#open) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    if (this.#error !== undefined) throw this.#error;
    this.taken.push(telemetry);
  }
}

/** Turns of the event loop that a broken component gets to answer too early. */
const EARLY_TURNS = 20;

/** Whether `promise` stays open for some turns of the event loop. */
export async function staysPending(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = (): void => {
    settled = true;
  };
  promise.then(note, note);
  for (let turn = 0; turn < EARLY_TURNS && !settled; turn += 1) await nextTurn();
  return !settled;
}

/** Loop turns a closing handle gets; most close within three. */
const CLOSING_TURNS_MAX = 2000;

/** What comes and goes by itself in a test process. */
const TRANSIENT: ReadonlySet<string> = new Set([
  'Immediate',
  'TTYWrap',
  'FSReqCallback',
  'FSReqPromise',
  'CloseReq',
]);

/** Handles (sockets, timers, watchers, processes) that `work` opened and left open. */
export async function leakedHandles(work: () => Promise<void>): Promise<readonly string[]> {
  const before = handleCounts();
  await work();
  let leaked = excess(before);
  for (let turn = 0; turn < CLOSING_TURNS_MAX && leaked.length > 0; turn += 1) {
    await nextTurn();
    leaked = excess(before);
  }
  return leaked;
}

function handleCounts(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (!TRANSIENT.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

function excess(before: ReadonlyMap<string, number>): readonly string[] {
  return [...handleCounts()].flatMap(([kind, count]) => {
    const more = count - (before.get(kind) ?? 0);
    return more > 0 ? [`${kind} x ${more}`] : [];
  });
}
