/**
 * Extension `basicauth`: HTTP basic authentication, at the door of step 1 and on the way out.
 *
 * In: the headers of a request, or the wish to make one. Out: let in or refused; the header.
 * Never: a tenant (that is an ingest token's); keeps, logs or shows a password.
 */
export { BasicClientAuth } from './client-auth.ts';
export { type BasicAuthConfig, BasicAuthConfigSchema } from './config.ts';
export { basicAuthFactory } from './factory.ts';
export { matchesHash } from './password-hash.ts';
export { BasicServerAuth } from './server-auth.ts';
