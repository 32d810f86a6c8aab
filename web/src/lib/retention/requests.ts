import type { SettingsDocument, StorageResponse } from '@sonde/backend/api-contract';
import { fetchJson } from '../api/fetch-json.ts';
import { isRecord, type Shape } from '../api/shapes.ts';

const isSettings: Shape<SettingsDocument> = (body): body is SettingsDocument =>
  isRecord(body) &&
  typeof body['version'] === 'number' &&
  isRecord(body['retention']) &&
  Array.isArray(body['retention']['rules']);

const isStorage: Shape<StorageResponse> = (body): body is StorageResponse =>
  isRecord(body) &&
  Array.isArray(body['signals']) &&
  Array.isArray(body['actions']) &&
  typeof body['hotBytes'] === 'number';

/** What is kept, and what the settings say about it. */
export interface Retention {
  readonly settings: SettingsDocument;
  readonly storage: StorageResponse;
}

export async function fetchRetention(signal: AbortSignal): Promise<Retention> {
  const [settings, storage] = await Promise.all([
    fetchJson({ path: '/settings', shape: isSettings, signal }),
    fetchJson({ path: '/storage', shape: isStorage, signal }),
  ]);
  return { settings, storage };
}

/** Saves what was edited from `settings.version`. Throws `RequestFailure`. */
export async function putSettings(settings: SettingsDocument): Promise<SettingsDocument> {
  return fetchJson({ path: '/settings', method: 'PUT', body: settings, shape: isSettings });
}
