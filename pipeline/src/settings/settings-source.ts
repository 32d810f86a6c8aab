import type { Settings } from './settings.ts';

/**
 * The channel through which settings reach a pipeline: the newest version, and any version that an
 * intent names (a replay transforms with the version the first try used).
 */
export interface SettingsSource {
  /** The newest known; never waits. */
  current(): Settings;
  /** Throws `SondeError` `UNAVAILABLE` when that version cannot be had now. */
  version(version: number): Promise<Settings>;
  close(): void;
}
