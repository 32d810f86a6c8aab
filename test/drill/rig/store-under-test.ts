import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@sonde/pipeline/test/free-port';
import { pause } from './load.ts';
import { SondeProcess } from './sonde-process.ts';

const TRY_AGAIN_MS = 200;
const ANSWERS_WITHIN_MS = 60_000;

/** `sonde store` on a folder and a port of its own, which may be killed. */
export class StoreUnderTest {
  readonly url: string;
  readonly token: string;
  readonly process: SondeProcess;

  static async create(directory: string, bundle?: string): Promise<StoreUnderTest> {
    mkdirSync(directory, { recursive: true });
    return new StoreUnderTest(directory, await freePort(), bundle);
  }

  private constructor(directory: string, port: number, bundle: string | undefined) {
    this.url = `http://127.0.0.1:${port}`;
    this.token = randomBytes(24).toString('hex');
    const tokenFile = join(directory, 'token');
    writeFileSync(tokenFile, this.token, { mode: 0o600 });
    const args = ['store', '--directory', join(directory, 'data'), '--port', String(port)];
    const tokens = ['--internal-token-file', tokenFile];
    this.process = new SondeProcess('store', [...args, ...tokens], { bundle });
  }

  /** The rows of a query; a store that does not answer is waited for. */
  async select(query: string): Promise<readonly Record<string, unknown>[]> {
    const deadline = performance.now() + ANSWERS_WITHIN_MS;
    for (;;) {
      try {
        return await this.#ask(query);
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await pause(TRY_AGAIN_MS);
      }
    }
  }

  async #ask(query: string): Promise<readonly Record<string, unknown>[]> {
    const response = await fetch(`${this.url}/?database=sonde&default_format=JSONEachRow`, {
      method: 'POST',
      headers: { 'X-ClickHouse-User': 'internal', 'X-ClickHouse-Key': this.token },
      body: query,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.map((line): Record<string, unknown> => JSON.parse(line));
  }
}
