import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls';
import { SondeError } from '../../errors.ts';
import { checkAuthorities } from './authorities.ts';
import { opensslCiphers } from './cipher-suites.ts';
import { type ServerTlsConfig, TLS_CURVES, type TlsVersion } from './server-tls-config.ts';

const NODE_VERSIONS: Readonly<Record<TlsVersion, SecureVersion>> = {
  '1.0': 'TLSv1',
  '1.1': 'TLSv1.1',
  '1.2': 'TLSv1.2',
  '1.3': 'TLSv1.3',
};

/** How often a file of authorities is looked at. Milliseconds. */
const CLIENT_CA_CHECK_MS = 1000;

/** The longest a timer of Node can wait. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** Bytes of the keys of session tickets. */
const TICKET_KEYS_BYTES = 48;

/** The options of a TLS server: for `createServer` as they are, and for `setSecureContext`. */
export interface ServerTlsOptions extends SecureContextOptions {
  /** Clients must show a certificate, and one of `ca`. */
  readonly requestCert: boolean;
  readonly ticketKeys: Buffer;
}

/** The part of a TLS server of Node that takes new certificates. */
interface TlsServer {
  setSecureContext(options: SecureContextOptions): void;
}

export interface ReloadListener {
  /** New connections have the new files. */
  reloaded(): void;
  /** The files cannot be used; connections go on with those before. Once a reason. */
  failed(error: SondeError): void;
}

interface Files {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  readonly clientCa: Buffer | undefined;
}

/** The certificates of a server, read when it starts and, where that is configured, again. */
export class ServerTls {
  readonly #config: ServerTlsConfig;
  #files: Files | undefined;
  #lastFailure = '';

  constructor(config: ServerTlsConfig) {
    this.#config = config;
  }

  /** Rejects with `SondeError` `INTERNAL` and upstream's text when a file cannot be used. */
  async read(): Promise<ServerTlsOptions> {
    const files = { ...(await this.#readPair()), clientCa: await this.#readClientCa() };
    const options = this.#options(files);
    this.#files = files;
    return options;
  }

  /** Gives `server` what `read` would, whenever it changes; returns what ends that. */
  watch(server: TlsServer, listener: ReloadListener): () => void {
    const { reload_interval: intervalMs, client_ca_file_reload, client_ca_file } = this.#config;
    const timers: NodeJS.Timeout[] = [];
    const every = (ms: number, read: () => Promise<Partial<Files>>): void => {
      const look = (): void => void this.#refresh(server, listener, read);
      timers.push(setInterval(look, Math.min(ms, TIMER_MS_MAX)).unref());
    };
    if (intervalMs > 0) every(intervalMs, () => this.#readPair());
    if (client_ca_file_reload && client_ca_file !== '') {
      every(CLIENT_CA_CHECK_MS, async () => ({ clientCa: await this.#readClientCa() }));
    }
    return () => {
      for (const timer of timers) clearInterval(timer);
    };
  }

  async #refresh(
    server: TlsServer,
    listener: ReloadListener,
    read: () => Promise<Partial<Files>>,
  ): Promise<void> {
    try {
      const changes = await read();
      const before = this.#files;
      if (before === undefined) return;
      const files = { ...before, ...changes };
      if (isSame(files, before)) return;
      server.setSecureContext(this.#options(files));
      this.#files = files;
      this.#lastFailure = '';
      listener.reloaded();
    } catch (error) {
      const failure = SondeError.from(error);
      if (failure.message === this.#lastFailure) return;
      this.#lastFailure = failure.message;
      listener.failed(failure);
    }
  }

  /** Throws upstream's text when certificate and key do not fit. */
  #options({ cert, key, clientCa }: Files): ServerTlsOptions {
    const { min_version, max_version, cipher_suites, curve_preferences } = this.#config;
    const ciphers = opensslCiphers(cipher_suites);
    const curves = curve_preferences.map((name) => TLS_CURVES.get(name) ?? name);
    const options: ServerTlsOptions = {
      cert,
      key,
      minVersion: NODE_VERSIONS[min_version],
      requestCert: clientCa !== undefined,
      // Sessions of before must not go on past authorities that are gone.
      ticketKeys: randomBytes(TICKET_KEYS_BYTES),
      ...(clientCa === undefined ? {} : { ca: clientCa }),
      ...(max_version === undefined ? {} : { maxVersion: NODE_VERSIONS[max_version] }),
      ...(ciphers === undefined ? {} : { ciphers }),
      ...(curves.length === 0 ? {} : { ecdhCurve: curves.join(':') }),
    };
    try {
      createSecureContext(options);
    } catch (error) {
      throw loadProblem('failed to load TLS cert and key', error);
    }
    return options;
  }

  async #readPair(): Promise<{ cert: string | Buffer; key: string | Buffer }> {
    const { cert_file, cert_pem, key_file, key_pem } = this.#config;
    try {
      return {
        cert: cert_pem?.reveal() ?? (await readFile(cert_file)),
        key: key_pem?.reveal() ?? (await readFile(key_file)),
      };
    } catch (error) {
      throw loadProblem('failed to load TLS cert and key', error);
    }
  }

  async #readClientCa(): Promise<Buffer | undefined> {
    const { client_ca_file: path } = this.#config;
    if (path === '') return undefined;
    const authorities = await readFile(path).catch((error: unknown) => {
      throw loadProblem(`failed to load CA ${path}`, error);
    });
    try {
      checkAuthorities(authorities);
    } catch (error) {
      throw loadProblem(`failed to parse CA ${path}`, error);
    }
    return authorities;
  }
}

function isSame(files: Files, before: Files): boolean {
  const same = (a: string | Buffer = '', b: string | Buffer = ''): boolean =>
    Buffer.from(a).equals(Buffer.from(b));
  return (
    same(files.cert, before.cert) &&
    same(files.key, before.key) &&
    same(files.clientCa, before.clientCa)
  );
}

function loadProblem(what: string, cause: unknown): SondeError {
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  return new SondeError('INTERNAL', `failed to load TLS config: ${what}${reason}`, { cause });
}
