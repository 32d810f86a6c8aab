import { type AuthEvents, type Component, WatchedFile } from '@sonde/pipeline';
import type { ClientAuthenticator } from '@sonde/pipeline/clients';
import type { ClientAuthConfig } from './config.ts';

/** Bytes of a file with a user or a password. */
const FILE_BYTES_MAX = 4096;

/** The client side: who Sonde is to the servers that an exporter sends to. */
export class BasicClientAuth implements Component, ClientAuthenticator {
  readonly #config: ClientAuthConfig;
  readonly #events: AuthEvents;
  #username: WatchedFile<string> | undefined;
  #password: WatchedFile<string> | undefined;
  #starting: Promise<void> | undefined;

  constructor(config: ClientAuthConfig, events: AuthEvents) {
    this.#config = config;
    this.#events = events;
  }

  /** Rejects when a file cannot be read. */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async shutdown(): Promise<void> {
    await Promise.allSettled([this.#starting]);
  }

  /** Headers of one request. */
  async requestHeaders(): Promise<Readonly<Record<string, string>>> {
    const user = (await this.#username?.value()) ?? this.#config.username;
    const password = (await this.#password?.value()) ?? this.#config.password?.reveal() ?? '';
    const encoded = Buffer.from(`${user}:${password}`, 'utf8').toString('base64');
    return { authorization: `Basic ${encoded}` };
  }

  async #start(): Promise<void> {
    const { usernameFile, passwordFile } = this.#config;
    if (usernameFile !== undefined) this.#username = await this.#watch(usernameFile);
    if (passwordFile !== undefined) this.#password = await this.#watch(passwordFile);
  }

  #watch(path: string): Promise<WatchedFile<string>> {
    return WatchedFile.open({
      path,
      sizeMax: FILE_BYTES_MAX,
      parse: (content) => content.trim(),
      onProblem: (problem) => this.#events.fileUnreadable(path, problem),
    });
  }
}
