import { SondeError } from '../errors.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings.ts';
import type { SettingsSource } from './settings-source.ts';

/** Settings of a role without a backend: one version, for ever. */
export class StaticSettingsSource implements SettingsSource {
  readonly #settings: Settings;

  constructor(settings: Settings = DEFAULT_SETTINGS) {
    this.#settings = settings;
  }

  current(): Settings {
    return this.#settings;
  }

  async version(version: number): Promise<Settings> {
    if (version === this.#settings.version) return this.#settings;
    throw new SondeError(
      'UNAVAILABLE',
      `settings version ${version} is not known here, only ${this.#settings.version}`,
    );
  }

  close(): void {}
}
