import { z } from 'zod';
import {
  type HttpDiscoveryConfig,
  type TargetGroup,
  targetGroup,
} from '../config/discovery-config.ts';
import { TARGET_LIST_BYTES_MAX } from '../limits.ts';
import { HttpGet } from '../scrape/http-get.ts';
import type { Discovery, ProblemListener } from './discovery.ts';
import { Poller } from './poller.ts';

const groupList = z.array(targetGroup);
const TIMEOUT_MS_MAX = 30_000;

/** A list of targets that a server gives. */
export class HttpDiscovery implements Discovery {
  readonly #config: HttpDiscoveryConfig;
  readonly #onProblem: ProblemListener;
  readonly #get: HttpGet;
  readonly #poller: Poller;
  #update: (groups: readonly TargetGroup[]) => void = () => undefined;
  #lastProblem = '';

  constructor(config: HttpDiscoveryConfig, onProblem: ProblemListener) {
    this.#config = config;
    this.#onProblem = onProblem;
    this.#get = new HttpGet(config.client);
    this.#poller = new Poller(config.refreshMs, (stop) => this.#look(stop));
  }

  start(update: (groups: readonly TargetGroup[]) => void): void {
    this.#update = update;
    this.#poller.start();
  }

  async stop(): Promise<void> {
    await this.#poller.stop();
    this.#get.close();
  }

  async #look(stop: AbortSignal): Promise<void> {
    const { url, refreshMs } = this.#config;
    try {
      const timeout = AbortSignal.timeout(Math.min(refreshMs, TIMEOUT_MS_MAX));
      const answer = await this.#get.get(new URL(url), {
        headers: {
          accept: 'application/json',
          'accept-encoding': 'gzip',
          'user-agent': 'Sonde',
          'x-prometheus-refresh-interval-seconds': String(refreshMs / 1000),
        },
        bytesMax: TARGET_LIST_BYTES_MAX,
        signal: AbortSignal.any([timeout, stop]),
      });
      if (answer.status !== 200) {
        throw new Error(`server returned HTTP status ${answer.status} ${answer.statusText}`);
      }
      if (!/^application\/json\b/i.test(answer.contentType)) {
        throw new Error(`unsupported content type ${JSON.stringify(answer.contentType)}`);
      }
      const groups = groupList.parse(JSON.parse(answer.body.toString('utf8')));
      const meta = { __meta_url: url };
      this.#lastProblem = '';
      this.#update(
        groups.map(({ targets, labels }) => ({ targets, labels: { ...labels, ...meta } })),
      );
    } catch (error) {
      if (!stop.aborted) this.#problem(error);
    }
  }

  #problem(error: unknown): void {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    if (reason === this.#lastProblem) return;
    this.#lastProblem = reason;
    this.#onProblem(this.#config.url, reason);
  }
}
