import { join } from 'node:path';
import { SondeError } from '../errors.ts';
import { SettingsEvents } from '../events/settings-events.ts';
import type { Logger } from '../logger.ts';
import { type HttpAnswer, httpGet } from './http-get.ts';
import { DEFAULT_SETTINGS, type Settings, SettingsSchema } from './settings.ts';
import { readSettingsFile, writeSettingsFile } from './settings-file.ts';
import type { SettingsSource } from './settings-source.ts';

/** One version's JSON. */
export const SETTINGS_BYTES_MAX: number = 4 * 1024 * 1024;
/** Versions kept in memory and on disk, the newest; a replay asks for one of the last few. */
export const SETTINGS_VERSIONS_MAX = 32;

export interface HttpSettingsSourceOptions {
  /** The backend: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Where the last good versions are kept. */
  readonly folder: string;
  readonly logger: Logger;
  /** Default 5 s. */
  readonly pollIntervalMs?: number;
  /** Of one request; default 5 s. */
  readonly timeoutMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Settings from the backend's `GET /api/v1/settings`, polled with its ETag. The last good versions
 * are on disk, so that a pipeline starts, and replays, while the backend is away. Never goes back
 * to a lower version.
 */
export class HttpSettingsSource implements SettingsSource {
  readonly #options: HttpSettingsSourceOptions;
  readonly #path: string;
  readonly #events: SettingsEvents;
  readonly #closed = new AbortController();
  /** By version, in ascending order. */
  #versions: ReadonlyMap<number, Settings>;
  #current: Settings;
  #etag: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #polling: Promise<void> | undefined;

  private constructor(options: HttpSettingsSourceOptions, kept: readonly Settings[]) {
    this.#options = options;
    this.#path = settingsPath(options.folder);
    this.#events = new SettingsEvents(options.logger);
    const versions = [DEFAULT_SETTINGS, ...kept];
    this.#versions = new Map(versions.map((settings) => [settings.version, settings]));
    this.#current = versions.at(-1) ?? DEFAULT_SETTINGS;
  }

  /** Reads what is kept on disk, asks the backend once (which may be away), then polls. */
  static async open(options: HttpSettingsSourceOptions): Promise<HttpSettingsSource> {
    let kept: readonly Settings[] = [];
    try {
      kept = await readSettingsFile(settingsPath(options.folder));
    } catch (error) {
      new SettingsEvents(options.logger).keptFileUnreadable(errorText(error));
    }
    const source = new HttpSettingsSource(options, kept);
    await source.poll();
    source.#schedule();
    return source;
  }

  current(): Settings {
    return this.#current;
  }

  async version(version: number): Promise<Settings> {
    const known = this.#versions.get(version);
    if (known !== undefined) return known;
    try {
      const answer = await this.#get(`/api/v1/settings/versions/${version}`, {});
      const settings = settingsOf(answer);
      if (settings.version !== version) throw new Error(`answered version ${settings.version}`);
      await this.#keep(settings);
      return settings;
    } catch (error) {
      throw new SondeError('UNAVAILABLE', `settings version ${version}: ${errorText(error)}`, {
        cause: error,
      });
    }
  }

  /** Asks the backend now; a failure is logged and counted, the last good version stays. */
  poll(): Promise<void> {
    this.#polling ??= this.#poll().finally(() => {
      this.#polling = undefined;
    });
    return this.#polling;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#closed.abort();
  }

  async #poll(): Promise<void> {
    try {
      const headers = this.#etag === undefined ? {} : { 'if-none-match': this.#etag };
      const answer = await this.#get('/api/v1/settings', headers);
      if (answer.status !== 304) await this.#take(settingsOf(answer), answer.etag);
      this.#events.pollSucceeded();
    } catch (error) {
      if (!this.#closed.signal.aborted) this.#events.pollFailed(errorText(error));
    }
  }

  async #take(settings: Settings, etag: string | undefined): Promise<void> {
    if (settings.version < this.#current.version) {
      throw new Error(`version ${settings.version} is older than ${this.#current.version}`);
    }
    const changed = settings.version > this.#current.version;
    if (changed) {
      await this.#keep(settings);
      this.#current = settings;
      this.#events.changed(settings.version);
    }
    this.#etag = etag;
  }

  /** Known for good: in memory now, and on disk before anything depends on it. */
  async #keep(settings: Settings): Promise<void> {
    const all = [...this.#versions.values(), settings].sort((a, b) => a.version - b.version);
    const kept = all.slice(-SETTINGS_VERSIONS_MAX);
    this.#versions = new Map(kept.map((version) => [version.version, version]));
    await writeSettingsFile(this.#path, kept);
  }

  #get(path: string, headers: Readonly<Record<string, string>>): Promise<HttpAnswer> {
    return httpGet(new URL(path, this.#options.url), {
      headers: { accept: 'application/json', ...this.#options.headers, ...headers },
      timeoutMs: this.#options.timeoutMs ?? 5000,
      bodyBytesMax: SETTINGS_BYTES_MAX,
      signal: this.#closed.signal,
    });
  }

  #schedule(): void {
    if (this.#closed.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.poll().finally(() => this.#schedule());
    }, this.#options.pollIntervalMs ?? 5000);
    this.#timer.unref();
  }
}

function settingsPath(folder: string): string {
  return join(folder, 'settings.json');
}

function settingsOf({ status, body }: HttpAnswer): Settings {
  if (status !== 200) throw new Error(`the backend answered ${status}`);
  const parsed: unknown = JSON.parse(body);
  return SettingsSchema.parse(parsed);
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
