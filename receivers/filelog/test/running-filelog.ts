import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Component, Consumer, Host, SondeError, Telemetry } from '@sonde/pipeline';
import { contractHost, contractSettings, RecordingLogger } from '@sonde/pipeline/contract-suite';
import { protobufToJson } from '@sonde/proto';
import { z } from 'zod';
import { filelogReceiverFactory } from '../src/index.ts';

const value = z.looseObject({ stringValue: z.string().optional() });
const attributes = z
  .array(z.object({ key: z.string(), value: z.looseObject({}) }))
  .default([])
  .transform((list) => Object.fromEntries(list.map((each) => [each.key, only(each.value)])));
const request = z.object({
  resourceLogs: z.array(
    z.object({
      resource: z.object({ attributes }).optional(),
      scopeLogs: z.array(
        z.object({
          logRecords: z.array(
            z.looseObject({
              body: value.optional(),
              attributes,
              timeUnixNano: z.string().optional(),
              severityNumber: z.number().optional(),
              severityText: z.string().optional(),
            }),
          ),
        }),
      ),
    }),
  ),
});

/** The one member of an `AnyValue`. */
function only(any: Record<string, unknown>): unknown {
  return Object.values(any)[0];
}

export interface TakenRecord {
  readonly body: unknown;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly timeUnixNano: string | undefined;
  readonly severityText: string | undefined;
}

export function recordsOf(telemetry: Telemetry): readonly TakenRecord[] {
  return telemetry.requests.flatMap(({ bytes }) =>
    request.parse(JSON.parse(protobufToJson('logs', bytes))).resourceLogs.flatMap((group) =>
      group.scopeLogs.flatMap(({ logRecords }) =>
        logRecords.map((record) => ({
          body: record.body === undefined ? undefined : only(record.body),
          attributes: record.attributes,
          resource: group.resource?.attributes ?? {},
          timeUnixNano: record.timeUnixNano,
          severityText: record.severityText,
        })),
      ),
    ),
  );
}

/** Takes everything, or refuses it, and says when it has enough. */
export class Taker implements Consumer {
  readonly records: TakenRecord[] = [];
  /** Refuses with it while it is set. */
  error: SondeError | undefined;
  refusals = 0;
  #watchers: (() => void)[] = [];

  consume(telemetry: Telemetry): Promise<void> {
    const { error } = this;
    if (error === undefined) this.records.push(...recordsOf(telemetry));
    else this.refusals++;
    for (const watch of [...this.#watchers]) watch();
    return error === undefined ? Promise.resolve() : Promise.reject(error);
  }

  get bodies(): readonly unknown[] {
    return this.records.map(({ body }) => body);
  }

  /** Resolves as soon as `holds`, which is asked after every batch. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const watch = (): void => {
        if (!holds()) return;
        this.#watchers = this.#watchers.filter((each) => each !== watch);
        resolve();
      };
      this.#watchers.push(watch);
      watch();
    });
  }

  /** Resolves with the bodies when `last` is among them. */
  async upTo(last: string): Promise<readonly unknown[]> {
    await this.until(() => this.bodies.includes(last));
    return this.bodies;
  }
}

export interface RunningFilelog {
  readonly component: Component;
  readonly taker: Taker;
  readonly logger: RecordingLogger;
  stop(): Promise<void>;
}

/** A folder of its own, removed by `clean`. */
export function folder(): { readonly path: string; readonly clean: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'filelog-'));
  return { path, clean: () => rmSync(path, { recursive: true, force: true }) };
}

/** Starts a receiver that polls often. */
export async function runFilelog(
  config: Readonly<Record<string, unknown>>,
  { host = contractHost(), taker = new Taker() }: { host?: Host; taker?: Taker } = {},
): Promise<RunningFilelog> {
  const logger = new RecordingLogger();
  const component = filelogReceiverFactory.create(
    contractSettings('file_log', logger),
    filelogReceiverFactory.config.parse({ poll_interval: '5ms', ...config }),
    { logs: taker },
  );
  await component.start(host);
  const stop = (): Promise<void> => component.shutdown(new AbortController().signal);
  return { component, taker, logger, stop };
}
