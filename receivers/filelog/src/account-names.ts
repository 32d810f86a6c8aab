import { readFile } from 'node:fs/promises';
import { ACCOUNT_FILE_LENGTH_MAX } from './limits.ts';

/** Names by number, out of `/etc/passwd` or `/etc/group`; read again for a number not yet seen. */
export class AccountNames {
  readonly #path: string;
  #names: ReadonlyMap<number, string> = new Map();
  readonly #unknown = new Set<number>();

  constructor(path: string) {
    this.#path = path;
  }

  /** The number itself where it has no name. */
  async of(id: number): Promise<string> {
    if (!this.#names.has(id) && !this.#unknown.has(id)) {
      this.#names = await readNames(this.#path);
      if (!this.#names.has(id)) this.#unknown.add(id);
    }
    return this.#names.get(id) ?? String(id);
  }
}

async function readNames(path: string): Promise<ReadonlyMap<number, string>> {
  const names = new Map<number, string>();
  for (const line of (await readText(path)).split('\n')) {
    const [name = '', , id = ''] = line.split(':');
    if (/^[0-9]+$/.test(id) && !names.has(Number(id))) names.set(Number(id), name);
  }
  return names;
}

/** Empty where there is no such file. */
async function readText(path: string): Promise<string> {
  try {
    const text = await readFile(path, 'utf8');
    return text.slice(0, ACCOUNT_FILE_LENGTH_MAX);
  } catch {
    return '';
  }
}
