import { SeveralAddresses } from './several-addresses.ts';
import { HttpStoreClient, type StoreClient, type StoreClientOptions } from './store-client.ts';

/** A client for one role. Opens no connection before the first call. */
export function createStoreClient(options: StoreClientOptions): StoreClient {
  const first = new HttpStoreClient(options);
  const { moreUrls = [] } = options;
  if (moreUrls.length === 0) return first;
  const more = moreUrls.map((url) => new HttpStoreClient({ ...options, url }));
  return new SeveralAddresses([first, ...more]);
}
