import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export interface Point {
  readonly name: string;
  readonly count: number;
  readonly sum: number;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Service {
  readonly name: string;
  readonly isOwn: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  readonly processes: number;
  readonly points: readonly Point[];
}

export interface ObservedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  /** 2: server, 3: client. */
  readonly kind: number;
  readonly attributes: readonly { readonly key: string; readonly value?: unknown }[];
}

const TRACES = z.object({
  resourceSpans: z.array(
    z.object({
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().default(''),
              name: z.string(),
              kind: z.number(),
              attributes: z.array(z.object({ key: z.string(), value: z.unknown() })),
            }),
          ),
        }),
      ),
    }),
  ),
});

function spansOf(json: string): readonly ObservedSpan[] {
  const { resourceSpans } = TRACES.parse(JSON.parse(json));
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

export interface Report {
  readonly services: readonly Service[];
  readonly host: readonly Point[];
  /** Parts that are off here. */
  readonly refusals: readonly string[];
  readonly statements: readonly string[];
  /** OTLP as JSON; empty when there are no spans. */
  readonly traces: string;
  readonly counters: Readonly<Record<string, number>>;
  /** Requests whose other side nobody knows. */
  readonly unplaced: number;
  /** Files with probes, and how many processes use them. */
  readonly probes: readonly { readonly users: number; readonly isPinned: boolean }[];
}

/** Whether programs can be loaded here: tests that need it are skipped, and counted, elsewhere. */
export const MAY_OBSERVE: boolean =
  process.getuid?.() === 0 && existsSync('/sys/kernel/btf/vmlinux');

/** What happened is reported at the latest after so long: a crash writes its memory before it ends. */
const REPORTED_WITHIN_MS = 20_000;
const PAUSE_MS = 20;

/** The observer in a process of its own: what this process does is seen like anybody's. */
export class RunningObserver {
  readonly child: ChildProcess;
  /** Statements since the last time they were looked at. */
  readonly statements: string[] = [];
  /** All spans there were. */
  readonly spans: ObservedSpan[] = [];

  private constructor(child: ChildProcess) {
    this.child = child;
  }

  static async start(env: Readonly<Record<string, string>> = {}): Promise<RunningObserver> {
    const path = fileURLToPath(new URL('./observer-child.ts', import.meta.url));
    const child = fork(path, {
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, ...env },
    });
    const observer = new RunningObserver(child);
    await observer.#message();
    return observer;
  }

  async report(): Promise<Report> {
    const answer = this.#message();
    this.child.send('report');
    const report = JSON.parse(JSON.stringify(await answer));
    this.statements.push(...report.statements);
    if (report.traces !== '') this.spans.push(...spansOf(report.traces));
    return report;
  }

  /** Asks for reports until `found` answers. */
  async until<T>(found: (report: Report) => T | undefined): Promise<T> {
    const deadline = performance.now() + REPORTED_WITHIN_MS;
    while (performance.now() < deadline) {
      const value = found(await this.report());
      if (value !== undefined) return value;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    throw new Error('it was never reported');
  }

  /** Points of a metric on a port, once they are `count` together. */
  points(name: string, port: number, count: number): Promise<readonly Point[]> {
    return this.until(({ services }) => {
      const points = services
        .flatMap((service) => service.points)
        .filter((point) => point.name === name && point.attributes['server.port'] === `${port}`);
      const total = points.reduce((sum, point) => sum + point.count, 0);
      return total >= count ? points : undefined;
    });
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await ended;
  }

  #message(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`it ended with ${code}`));
      this.child.once('exit', ended);
      this.child.once('message', (message) => {
        this.child.off('exit', ended);
        resolve(message);
      });
    });
  }
}
