import { join } from 'node:path';
import {
  HttpSettingsSource,
  type Logger,
  type SettingsSource,
  StaticSettingsSource,
} from '@sonde/pipeline';

/** Where settings come from; without a URL there are none. */
export interface SettingsPlace {
  readonly url: string | undefined;
  /** The last settings, for a start without the URL. */
  readonly folder: string | undefined;
}

export async function openSettings(
  { url, folder }: SettingsPlace,
  logger: Logger,
): Promise<SettingsSource> {
  if (url === undefined) return new StaticSettingsSource();
  return HttpSettingsSource.open({ url, folder: folder ?? join('.sonde', 'settings'), logger });
}
