import type { Authenticator } from './authenticator.ts';

/** True for an extension that is an authenticator too. */
export function isAuthenticator<T extends object>(extension: T): extension is T & Authenticator {
  return 'authenticate' in extension && typeof extension.authenticate === 'function';
}
