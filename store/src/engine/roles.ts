import { createHash, timingSafeEqual } from 'node:crypto';
import type { EngineToken, Role } from './config.ts';
import { CODES, engineError } from './engine-error.ts';

/** Who asks: a role, and for a narrowed `user` the only tenant whose rows it may see. */
export interface Caller {
  readonly role: Role;
  readonly tenant: string | undefined;
}

export interface ShownCredentials {
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** A token without a user name: the role is the token's. */
  readonly bearer?: string | undefined;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** ClickHouse clients that are given no user send `default`. */
function roleOf(user: string): Role | undefined {
  if (user === 'default' || user === 'user' || user === '') return 'user';
  if (user === 'ingest' || user === 'internal') return user;
  return undefined;
}

/**
 * Roles by user name, a token as password. `openRead` (a door on loopback) lets `user` and `default`
 * read without one; a token that is shown must be right all the same.
 */
export class Roles {
  readonly #tokens: ReadonlyArray<{ readonly digest: Buffer; readonly grant: EngineToken }>;
  readonly #openRead: boolean;

  constructor(tokens: readonly EngineToken[], openRead: boolean) {
    this.#tokens = tokens.map((grant) => ({ digest: digest(grant.token), grant }));
    this.#openRead = openRead;
  }

  /** Throws `EngineError` 516, the same words whatever was wrong. */
  authenticate(shown: ShownCredentials): Caller {
    if (shown.bearer !== undefined) return this.#bearer(shown.bearer);
    const user = shown.user ?? 'default';
    const role = roleOf(user);
    const password = shown.password ?? '';
    if (role === 'user' && password === '' && this.#openRead) return { role, tenant: undefined };
    const found = role === undefined ? undefined : this.#find(role, password);
    if (found === undefined) {
      throw engineError(
        CODES.authenticationFailed,
        `${user}: Authentication failed: the user name is a role (ingest, internal, user), ` +
          'the password a token of it',
      );
    }
    return { role: found.role, tenant: found.tenant };
  }

  #bearer(token: string): Caller {
    const found = this.#find(undefined, token);
    if (found === undefined) {
      throw engineError(
        CODES.authenticationFailed,
        'Authentication failed: no role has this token',
      );
    }
    return { role: found.role, tenant: found.tenant };
  }

  /** Compares with every token, so that the time taken tells nothing; no role: of any. */
  #find(role: Role | undefined, password: string): EngineToken | undefined {
    const shown = digest(password);
    let found: EngineToken | undefined;
    for (const token of this.#tokens) {
      const same = timingSafeEqual(token.digest, shown);
      if (same && (role === undefined || token.grant.role === role)) found = token.grant;
    }
    return found;
  }
}
