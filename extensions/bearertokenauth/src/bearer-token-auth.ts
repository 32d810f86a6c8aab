import {
  type AuthEvents,
  type Authenticator,
  type Component,
  type Credentials,
  DEFAULT_TENANT,
  type Sender,
  SondeError,
  WatchedFile,
} from '@sonde/pipeline';
import type { ClientAuthenticator } from '@sonde/pipeline/clients';
import type { BearerTokenAuthConfig } from './config.ts';
import { FILE_BYTES_MAX, parseTokens, TokenList } from './token-list.ts';

/** Both sides: lets in who shows one of the tokens, and shows the first one to others. */
export class BearerTokenAuth implements Component, Authenticator, ClientAuthenticator {
  readonly #config: BearerTokenAuthConfig;
  readonly #events: AuthEvents;
  readonly #configured: TokenList;
  #file: WatchedFile<TokenList> | undefined;
  #starting: Promise<void> | undefined;

  constructor(config: BearerTokenAuthConfig, events: AuthEvents) {
    this.#config = config;
    this.#events = events;
    this.#configured = new TokenList(
      config.scheme,
      config.tokens.map((token) => token.reveal()),
    );
  }

  /** Rejects when the file cannot be read. */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async shutdown(): Promise<void> {
    await Promise.allSettled([this.#starting]);
  }

  async authenticate({ headers, peer }: Credentials): Promise<Sender> {
    const { header } = this.#config;
    const value = headers[header];
    if (value === undefined || value === '') {
      throw this.#deny(`missing or empty authorization header: ${header}`, peer);
    }
    if (!(await this.#tokens()).has(value)) {
      throw this.#deny('provided authorization does not match expected scheme or token', peer);
    }
    return { tenant: DEFAULT_TENANT };
  }

  /** Headers of one request to others. */
  async requestHeaders(): Promise<Readonly<Record<string, string>>> {
    return { [this.#config.header]: (await this.#tokens()).own };
  }

  async #start(): Promise<void> {
    const { filename: path, scheme } = this.#config;
    if (path === undefined) return;
    this.#file = await WatchedFile.open({
      path,
      sizeMax: FILE_BYTES_MAX,
      parse: (content) => new TokenList(scheme, parseTokens(content)),
      onProblem: (problem) => this.#events.fileUnreadable(path, problem),
    });
  }

  async #tokens(): Promise<TokenList> {
    return (await this.#file?.value()) ?? this.#configured;
  }

  #deny(reason: string, peer: string): SondeError {
    this.#events.denied(reason, peer);
    return new SondeError('UNAUTHENTICATED', reason);
  }
}
