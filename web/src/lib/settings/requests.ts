import type { SettingsDocument } from '@sonde/backend/api-contract';
import { fetchJson } from '../api/fetch-json.ts';
import { isRecord, type Shape } from '../api/shapes.ts';

const isSettings: Shape<SettingsDocument> = (body): body is SettingsDocument =>
  isRecord(body) &&
  typeof body['version'] === 'number' &&
  isRecord(body['retention']) &&
  Array.isArray(body['retention']['rules']) &&
  isRecord(body['auxiliary']) &&
  Array.isArray(body['auxiliary']['rules']);

export function fetchSettings(signal: AbortSignal): Promise<SettingsDocument> {
  return fetchJson({ path: '/settings', shape: isSettings, signal });
}

/** Saves what was edited from `settings.version`. Throws `RequestFailure`. */
export function putSettings(settings: SettingsDocument): Promise<SettingsDocument> {
  return fetchJson({ path: '/settings', method: 'PUT', body: settings, shape: isSettings });
}
