import type { SettingsDocument, StorageResponse } from '@sonde/backend/api-contract';
import { fetchJson } from '../api/fetch-json.ts';
import { isRecord, type Shape } from '../api/shapes.ts';
import { fetchSettings } from '../settings/requests.ts';

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
    fetchSettings(signal),
    fetchJson({ path: '/storage', shape: isStorage, signal }),
  ]);
  return { settings, storage };
}
