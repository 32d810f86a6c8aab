import { reverse } from 'node:dns/promises';
import { NAMES_MAX } from './limits.ts';

/**
 * Names of addresses. A name that is not known yet is asked for, and until the answer is there the
 * address stands for it: no message waits for a name server.
 */
export class HostNames {
  readonly #names = new Map<string, string>();

  of(address: string): string {
    const known = this.#names.get(address);
    if (known !== undefined) return known;
    const [oldest] = this.#names.keys();
    if (this.#names.size >= NAMES_MAX && oldest !== undefined) this.#names.delete(oldest);
    this.#names.set(address, address);
    void this.#ask(address);
    return address;
  }

  async #ask(address: string): Promise<void> {
    try {
      const [name] = await reverse(address);
      if (name !== undefined) this.#names.set(address, name);
    } catch {
      // It has none: the address goes on standing for it.
    }
  }
}
