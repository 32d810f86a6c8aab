import type { EntryMap } from '@sonde/log-operators';

/** `service.name=cart` as the name of a folder. */
const PAIR = /^([A-Za-z][\w.-]{0,99})=(.+)$/;

/** Folders of one path that are looked at. */
const FOLDERS_MAX = 32;

/**
 * Attributes of the resource that a path's folders say (`include_path_resource`): each `key=value`,
 * percent-encoded. Empty where there are none.
 */
export function pathResource(path: string): EntryMap {
  const found: EntryMap = new Map();
  for (const folder of path.split('/').slice(0, -1).slice(-FOLDERS_MAX)) {
    const [, key, value] = PAIR.exec(folder) ?? [];
    if (key !== undefined && value !== undefined) found.set(key, decoded(value));
  }
  return found;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A bare percent sign: as it stands.
  }
}
