import {
  type Authenticator,
  type Component,
  type Credentials,
  type Sender,
  SondeError,
} from '@sonde/pipeline';
import type { IngestTokensConfig } from './config.ts';
import type { TokenEvents } from './token-events.ts';
import { type FileVersion, fileVersion, readTokenFile, sameVersion } from './token-file.ts';
import { type TokenEntry, TokenTable } from './token-table.ts';

/** How old the last look at the file may be. A revoked token is let in for no longer than that. */
export const FILE_CHECK_INTERVAL_MS = 1000;

const BEARER = /^bearer +(\S+) *$/i;

export interface IngestTokensOptions {
  readonly config: IngestTokensConfig;
  readonly events: TokenEvents;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

/**
 * Names the tenant of a request by its ingest token: `Authorization: Bearer` or `x-sonde-token`.
 */
export class IngestTokens implements Component, Authenticator {
  readonly #config: IngestTokensConfig;
  readonly #events: TokenEvents;
  readonly #now: () => number;
  #table: TokenTable = new TokenTable([]);
  #fileVersion: FileVersion | undefined;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #checking: Promise<void> | undefined;
  #lastProblem: string | undefined;
  #starting: Promise<void> | undefined;

  constructor({ config, events, now = () => performance.now() }: IngestTokensOptions) {
    this.#config = config;
    this.#events = events;
    this.#now = now;
  }

  /** Rejects when the file cannot be read: nobody could send. */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async shutdown(): Promise<void> {
    await Promise.allSettled([this.#starting, this.#checking]);
  }

  async authenticate({ headers, peer }: Credentials): Promise<Sender> {
    await this.#refresh();
    const token = tokenOf(headers);
    if (token === undefined) {
      this.#events.denied('missing', peer);
      throw new SondeError('UNAUTHENTICATED', 'missing ingest token');
    }
    const tenant = this.#table.tenantOf(token);
    if (tenant === undefined) {
      this.#events.denied('unknown', peer);
      throw new SondeError('UNAUTHENTICATED', 'unknown ingest token');
    }
    return { tenant };
  }

  async #start(): Promise<void> {
    const { file } = this.#config;
    if (file === undefined) this.#table = this.#tableWith([]);
    else await this.#readFile(file, await fileVersion(file));
    this.#checkedAt = this.#now();
  }

  /** Looks at the file once in a while, on behalf of whoever comes next; nobody waits twice. */
  async #refresh(): Promise<void> {
    const { file } = this.#config;
    if (file === undefined || this.#now() - this.#checkedAt < FILE_CHECK_INTERVAL_MS) return;
    this.#checking ??= this.#check(file).finally(() => {
      this.#checking = undefined;
    });
    await this.#checking;
  }

  async #check(file: string): Promise<void> {
    try {
      const version = await fileVersion(file);
      const known = this.#fileVersion;
      if (known === undefined || !sameVersion(version, known)) await this.#readFile(file, version);
      this.#lastProblem = undefined;
    } catch (error) {
      this.#tellOnce(file, error instanceof Error ? error.message : String(error));
    }
    this.#checkedAt = this.#now();
  }

  /** The version was taken before the content, so a change in between is seen the next time. */
  async #readFile(file: string, version: FileVersion): Promise<void> {
    this.#table = this.#tableWith(await readTokenFile(file));
    this.#fileVersion = version;
    this.#events.fileRead(file, this.#table.size);
  }

  #tableWith(fromFile: readonly TokenEntry[]): TokenTable {
    const configured = this.#config.tokens.map(({ token, tenant }) => ({
      token: token.reveal(),
      tenant,
    }));
    return new TokenTable([...configured, ...fromFile]);
  }

  #tellOnce(file: string, problem: string): void {
    if (problem !== this.#lastProblem) this.#events.fileUnreadable(file, problem);
    this.#lastProblem = problem;
  }
}

function tokenOf(headers: Credentials['headers']): string | undefined {
  const bearer = BEARER.exec(headers['authorization'] ?? '')?.[1];
  return bearer ?? (headers['x-sonde-token']?.trim() || undefined);
}
