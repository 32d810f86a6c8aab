import { type ClientInfo, metadataValues } from '@sonde/pipeline';

const METADATA = 'metadata.';
const AUTH = 'auth.';
const ADDRESS = 'client.address';

/**
 * What is known of the client under a name of `from_context`: `client.address`, `auth.NAME`,
 * `metadata.HEADER` or a header alone; of a header with several values all, with `;` between them.
 * Undefined where nothing is known.
 */
export function contextValue(client: ClientInfo | undefined, name: string): string | undefined {
  // As upstream: an address that is not known is an empty text, and no reason to do nothing.
  if (name === ADDRESS) return client?.address ?? '';
  if (name.startsWith(AUTH)) return client?.auth.get(name.slice(AUTH.length));
  const header = name.startsWith(METADATA) ? name.slice(METADATA.length) : name;
  const values = metadataValues(client, header);
  return values.length === 0 ? undefined : values.join(';');
}
