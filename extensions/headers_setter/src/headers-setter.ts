import {
  type AuthEvents,
  type ClientInfo,
  type Component,
  type Host,
  metadataValues,
  SondeError,
  WatchedFile,
} from '@sonde/pipeline';
import {
  type ClientAuthenticator,
  type ClientRequest,
  findClientAuthenticator,
  type ShownHeaders,
} from '@sonde/pipeline/clients';
import type { HeaderRule, HeaderSource, HeadersSetterConfig } from './config.ts';

/** Bytes of a file with a value. */
const FILE_BYTES_MAX = 65_536;

/** A client authenticator that sets headers by fixed values or by what the data's client sent. */
export class HeadersSetter implements Component, ClientAuthenticator {
  readonly #config: HeadersSetterConfig;
  readonly #events: AuthEvents;
  readonly #files = new Map<string, WatchedFile<string>>();
  #additional: ClientAuthenticator | undefined;
  #starting: Promise<void> | undefined;

  constructor(config: HeadersSetterConfig, events: AuthEvents) {
    this.#config = config;
    this.#events = events;
  }

  /** Rejects when `additional_auth` names no client authenticator, or a file cannot be read. */
  start(host: Host): Promise<void> {
    this.#starting ??= this.#start(host);
    return this.#starting;
  }

  async shutdown(): Promise<void> {
    await Promise.allSettled([this.#starting]);
  }

  async requestHeaders(request: ClientRequest): Promise<ShownHeaders> {
    const shown: Record<string, string | undefined> = {
      ...(await this.#additional?.requestHeaders(request)),
    };
    for (const { key, action, source } of this.#config.headers) {
      const present = key in shown ? shown[key] : request.headers[key];
      const isThere = present !== undefined && present !== '';
      if (action === 'delete') shown[key] = undefined;
      else if (action === 'upsert' || isThere === (action === 'update')) {
        shown[key] = await this.#value(source, request.client);
      }
    }
    return shown;
  }

  async #start(host: Host): Promise<void> {
    const { additionalAuth: authenticator, headers } = this.#config;
    if (authenticator !== undefined) {
      this.#additional = findClientAuthenticator(host, { authenticator });
    }
    for (const path of headers.flatMap(fileOf)) {
      const file = await WatchedFile.open({
        path,
        sizeMax: FILE_BYTES_MAX,
        parse: (content) => content.trim(),
        onProblem: (problem) => this.#events.fileUnreadable(path, problem),
      });
      this.#files.set(path, file);
    }
  }

  async #value(
    source: HeaderSource | undefined,
    client: ClientInfo | undefined,
  ): Promise<string | undefined> {
    switch (source?.from) {
      case 'value':
        return source.value;
      case 'file':
        return await this.#files.get(source.path)?.value();
      case 'context':
        return single(metadataValues(client, source.name)) ?? source.defaultValue?.reveal() ?? '';
      case 'attribute':
        return client?.auth.get(source.name) ?? source.defaultValue?.reveal() ?? '';
      default:
        return undefined;
    }
  }
}

function fileOf({ source }: HeaderRule): readonly string[] {
  return source?.from === 'file' ? [source.path] : [];
}

function single(values: readonly string[]): string | undefined {
  if (values.length <= 1) return values[0];
  const text = `${values.length} source keys found in the context, can't determine which one to use`;
  throw new SondeError('INTERNAL', `failed to determine the source: ${text}`);
}
