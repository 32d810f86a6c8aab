import { createHmac, randomBytes } from 'node:crypto';
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
import type { HtpasswdConfig } from './config.ts';
import { FILE_BYTES_MAX, parseHtpasswd } from './htpasswd.ts';
import { matchesHash } from './password-hash.ts';

/** Credentials that were checked lately: a bcrypt check costs as much as thousands of requests. */
const CHECKED_MAX = 1000;
const KEY_BYTES = 32;
const BASIC = /^basic +([A-Za-z0-9+/=_-]+) *$/i;

type Users = ReadonlyMap<string, string>;

/** The server side: lets in who is in an htpasswd file. */
export class BasicServerAuth implements Component, Authenticator {
  readonly #config: HtpasswdConfig;
  readonly #events: AuthEvents;
  readonly #key: Buffer = randomBytes(KEY_BYTES);
  /** Digests of header and hash that matched, the latest used last. */
  readonly #checked = new Set<string>();
  readonly #inline: Users;
  #file: WatchedFile<Users> | undefined;
  #starting: Promise<void> | undefined;

  constructor(config: HtpasswdConfig, events: AuthEvents) {
    this.#config = config;
    this.#events = events;
    this.#inline = parseHtpasswd(config.inline?.reveal() ?? '');
  }

  /** Rejects when the file cannot be read: nobody could send. */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async shutdown(): Promise<void> {
    await Promise.allSettled([this.#starting]);
  }

  async authenticate({ headers, peer }: Credentials): Promise<Sender> {
    const header = headers['authorization'];
    if (header === undefined || header === '') throw this.#deny('no basic auth provided', peer);
    const given = decodeHeader(header);
    if (given === undefined) throw this.#deny('invalid authorization header', peer);
    const hash = await this.#hashOf(given.user);
    if (hash === undefined || !(await this.#matches(given.password, hash))) {
      throw this.#deny('invalid credentials', peer);
    }
    const attributes = new Map([['username', given.user]]);
    return { tenant: DEFAULT_TENANT, attributes };
  }

  async #start(): Promise<void> {
    const { file: path } = this.#config;
    if (path === undefined || path === '') return;
    this.#file = await WatchedFile.open({
      path,
      sizeMax: FILE_BYTES_MAX,
      parse: parseHtpasswd,
      onProblem: (problem) => this.#events.fileUnreadable(path, problem),
    });
  }

  async #hashOf(user: string): Promise<string | undefined> {
    return this.#inline.get(user) ?? (await this.#file?.value())?.get(user);
  }

  async #matches(password: string, hash: string): Promise<boolean> {
    const digest = createHmac('sha256', this.#key)
      .update(hash)
      .update('\0')
      .update(password)
      .digest('base64');
    if (!this.#checked.delete(digest) && !(await matchesHash(password, hash))) return false;
    this.#checked.add(digest);
    for (const oldest of this.#checked) {
      if (this.#checked.size <= CHECKED_MAX) break;
      this.#checked.delete(oldest);
    }
    return true;
  }

  #deny(reason: string, peer: string): SondeError {
    this.#events.denied(reason, peer);
    return new SondeError('UNAUTHENTICATED', reason);
  }
}

function decodeHeader(
  header: string,
): { readonly user: string; readonly password: string } | undefined {
  const encoded = BASIC.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
