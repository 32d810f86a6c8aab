/**
 * Extension `bearertokenauth`: a shared token, at the door of step 1 and on the way out.
 *
 * In: the headers of a request, or the wish to make one. Out: let in or refused; the header.
 * Never: a tenant (that is an ingest token's); logs or shows a token.
 */
export { BearerTokenAuth } from './bearer-token-auth.ts';
export { type BearerTokenAuthConfig, BearerTokenAuthConfigSchema } from './config.ts';
export { bearerTokenAuthFactory } from './factory.ts';
