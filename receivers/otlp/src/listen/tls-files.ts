import { readFile } from 'node:fs/promises';

export interface TlsMaterial {
  readonly key: Buffer;
  readonly cert: Buffer;
  /** With it, clients must show a certificate of one of these authorities. */
  readonly clientCa: Buffer | undefined;
}

/** `tls` of the Collector's server configurations: the files that it names. */
export class TlsFiles {
  readonly #paths: { key: string; cert: string; clientCa: string | undefined };

  constructor(paths: { key: string; cert: string; clientCa: string | undefined }) {
    this.#paths = paths;
  }

  /** Rejects as `readFile` does; nothing is kept. */
  async read(): Promise<TlsMaterial> {
    const { key, cert, clientCa } = this.#paths;
    return {
      key: await readFile(key),
      cert: await readFile(cert),
      clientCa: clientCa === undefined ? undefined : await readFile(clientCa),
    };
  }
}
