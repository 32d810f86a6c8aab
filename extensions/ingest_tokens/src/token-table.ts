import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Token and tenant, before the token is forgotten. */
export interface TokenEntry {
  readonly token: string;
  readonly tenant: string;
}

interface Row {
  readonly digest: Buffer;
  readonly tenant: string;
}

const KEY_BYTES = 32;

/**
 * Tokens by a digest under a key of this process: the tokens themselves are not kept, and how long
 * a look-up takes says nothing about them. A token given twice belongs to the later tenant.
 */
export class TokenTable {
  readonly #key: Buffer = randomBytes(KEY_BYTES);
  readonly #rows = new Map<string, Row>();

  constructor(entries: Iterable<TokenEntry>) {
    for (const { token, tenant } of entries) {
      const digest = this.#digest(token);
      this.#rows.set(digest.toString('base64'), { digest, tenant });
    }
  }

  get size(): number {
    return this.#rows.size;
  }

  tenantOf(token: string): string | undefined {
    const digest = this.#digest(token);
    const row = this.#rows.get(digest.toString('base64'));
    return row !== undefined && timingSafeEqual(row.digest, digest) ? row.tenant : undefined;
  }

  #digest(token: string): Buffer {
    return createHmac('sha256', this.#key).update(token).digest();
  }
}
