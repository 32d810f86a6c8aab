import { readFile } from 'node:fs/promises';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { createGunzip } from 'node:zlib';
import { Secret } from '@sonde/pipeline';
import { loadClientTls } from '@sonde/pipeline/clients';
import type { HttpClientSettings } from '../config/http-client.ts';
import { REDIRECTS_MAX } from '../limits.ts';

export interface GetOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Of the body, unpacked. */
  readonly bytesMax: number;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly contentType: string;
  readonly body: Buffer;
}

/** Asks servers with GET, over connections that are kept. */
export class HttpGet {
  readonly #settings: HttpClientSettings;
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: 4 });
  #tlsAgent: HttpsAgent | undefined;

  constructor(settings: HttpClientSettings) {
    this.#settings = settings;
  }

  /**
   * Resolves with any answer but redirects, which are followed where that is configured. Rejects when
   * there is none, when it is too long, when `signal` aborts, when a file with a secret or certificate
   * cannot be read.
   */
  async get(url: URL, options: GetOptions): Promise<Answer> {
    const secrets = await this.#authorization();
    let at = url;
    for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects += 1) {
      const own = at.origin === url.origin ? secrets : {};
      const response = await this.#send(at, { ...options.headers, ...own }, options.signal);
      const { location } = response.headers;
      const moves = [301, 302, 303, 307, 308].includes(response.statusCode ?? 0);
      if (!moves || location === undefined || !this.#settings.followRedirects) {
        return readAnswer(response, options.bytesMax);
      }
      response.resume();
      at = new URL(location, at);
    }
    throw new Error(`stopped after ${REDIRECTS_MAX} redirects`);
  }

  close(): void {
    this.#agent.destroy();
    this.#tlsAgent?.destroy();
  }

  async #send(
    url: URL,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const { proxyUrl } = this.#settings;
    const isTls = url.protocol === 'https:';
    if (isTls) this.#tlsAgent ??= await this.#openTls();
    return new Promise((resolve, reject) => {
      const sent =
        isTls && this.#tlsAgent !== undefined
          ? httpsRequest(url, { headers, signal, agent: this.#tlsAgent })
          : proxyUrl === ''
            ? httpRequest(url, { headers, signal, agent: this.#agent })
            : httpRequest(proxyUrl, {
                headers: { ...headers, host: url.host },
                signal,
                agent: this.#agent,
                path: url.href,
              });
      sent.once('response', resolve);
      sent.once('error', reject);
      sent.end();
    });
  }

  async #openTls(): Promise<HttpsAgent> {
    const { server_name: name, ca, cert, ...files } = this.#settings.tls;
    const material = await loadClientTls({
      insecure: false,
      insecure_skip_verify: files.insecure_skip_verify,
      server_name_override: name,
      ca_file: files.ca_file,
      ca_pem: ca === undefined ? undefined : new Secret(ca),
      cert_file: files.cert_file,
      cert_pem: cert === undefined ? undefined : new Secret(cert),
      key_file: files.key_file,
      key_pem: files.key,
      include_system_ca_certs_pool: false,
      min_version: '',
      max_version: '',
    });
    return new HttpsAgent({
      keepAlive: true,
      maxFreeSockets: 4,
      rejectUnauthorized: material.rejectUnauthorized,
      minVersion: material.minVersion,
      ...(name === '' ? {} : { servername: name }),
      ...(material.ca === undefined ? {} : { ca: [...material.ca] }),
      ...(material.cert === undefined ? {} : { cert: material.cert }),
      ...(material.key === undefined ? {} : { key: material.key }),
    });
  }

  /** Files are read anew for every request: what is in them changes. */
  async #authorization(): Promise<Readonly<Record<string, string>>> {
    const { basicAuth, authorization, headers } = this.#settings;
    if (basicAuth !== undefined) {
      const user = (await fileText(basicAuth.usernameFile))?.trim() ?? basicAuth.username;
      const file = (await fileText(basicAuth.passwordFile))?.trim();
      const password = file ?? basicAuth.password?.reveal() ?? '';
      const token = Buffer.from(`${user}:${password}`).toString('base64');
      return { ...headers, authorization: `Basic ${token}` };
    }
    if (authorization === undefined) return headers;
    const file = (await fileText(authorization.credentialsFile))?.trim();
    const credentials = file ?? authorization.credentials?.reveal();
    if (credentials === undefined) return headers;
    return { ...headers, authorization: `${authorization.type} ${credentials}` };
  }
}

async function fileText(path: string): Promise<string | undefined> {
  return path === '' ? undefined : readFile(path, 'utf8');
}

async function readAnswer(response: IncomingMessage, bytesMax: number): Promise<Answer> {
  const isPacked = response.headers['content-encoding'] === 'gzip';
  const source = isPacked ? response.pipe(createGunzip()) : response;
  // A connection that breaks ends the unpacking, too.
  if (source !== response) response.once('error', (error) => source.destroy(error));
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    const part: unknown = chunk;
    if (!Buffer.isBuffer(part)) continue;
    bytes += part.length;
    if (bytes > bytesMax) {
      response.destroy();
      throw new Error('body size limit exceeded');
    }
    chunks.push(part);
  }
  return {
    status: response.statusCode ?? 0,
    statusText: response.statusMessage ?? '',
    contentType: response.headers['content-type'] ?? '',
    body: Buffer.concat(chunks),
  };
}
