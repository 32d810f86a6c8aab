import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { request as requestSecurely } from 'node:https';
import { POD_LIST_BYTES_MAX, PODS_MAX } from '../../limits.ts';
import { parseJson } from '../containers/podman-storage.ts';
import { type Pod, parsePods } from './pod.ts';

export interface KubernetesConfig {
  /** Of the API, or of a kubelet; '' asks nobody. */
  readonly endpoint: string;
  /** With it the API is asked for the pods of that node; without, a kubelet for its own. */
  readonly node: string;
  readonly token_file: string;
  readonly ca_file: string;
  /** Milliseconds. */
  readonly refresh_interval: number;
}

export interface PodTableOptions {
  readonly config: KubernetesConfig;
  /** The pods of this node are known anew. */
  readonly onLearned: () => void;
  /** Told once for each reason in a row. */
  readonly onFailure: (reason: string) => void;
}

const TIMEOUT_MS = 5_000;

/** The pods of this node, asked for in the background: who starts before an answer is named by it later. */
export class PodTable {
  readonly #options: PodTableOptions;
  #byUid: ReadonlyMap<string, Pod> = new Map();
  #timer: NodeJS.Timeout | undefined;
  #isAsking = false;
  #failure = '';

  constructor(options: PodTableOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#byUid.size;
  }

  start(): void {
    const { endpoint, refresh_interval: intervalMs } = this.#options.config;
    if (endpoint === '' || this.#timer !== undefined) return;
    this.#timer = setInterval(() => void this.refresh(), intervalMs);
    void this.refresh();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  of(uid: string): Pod | undefined {
    return this.#byUid.get(uid);
  }

  /** Asks now, unless an answer is awaited. Never rejects. */
  async refresh(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const { onLearned, onFailure } = this.#options;
    try {
      const pods = parsePods(parseJson(await this.#ask()), PODS_MAX);
      if (pods === undefined) throw new Error('the answer is no list of pods');
      this.#byUid = new Map(pods.map((pod) => [pod.uid, pod]));
      this.#failure = '';
      onLearned();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== this.#failure) onFailure(reason);
      this.#failure = reason;
    } finally {
      this.#isAsking = false;
    }
  }

  #ask(): Promise<string> {
    const { endpoint, node, token_file: tokenFile, ca_file: caFile } = this.#options.config;
    const selector = `fieldSelector=${encodeURIComponent(`spec.nodeName=${node}`)}`;
    const url = new URL(node === '' ? '/pods' : `/api/v1/pods?${selector}`, endpoint);
    const token = tokenFile === '' ? '' : readFileSync(tokenFile, 'utf8').trim();
    const headers = token === '' ? {} : { authorization: `Bearer ${token}` };
    const trust = caFile === '' ? {} : { ca: readFileSync(caFile) };
    const send = url.protocol === 'https:' ? requestSecurely : request;
    return new Promise((resolve, reject) => {
      const options = { headers, agent: false, timeout: TIMEOUT_MS, ...trust };
      const sent = send(url, options, (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('error', reject);
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          chunks.push(chunk);
          if (bytes > POD_LIST_BYTES_MAX) response.destroy(new Error('the list is too long'));
        });
        response.on('end', () => {
          if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
          else reject(new Error(`${url.pathname} answered ${response.statusCode}`));
        });
      });
      sent.on('timeout', () => sent.destroy(new Error(`${url.host} does not answer`)));
      sent.on('error', reject);
      sent.end();
    });
  }
}
