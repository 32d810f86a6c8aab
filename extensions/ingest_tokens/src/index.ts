/**
 * Extension `ingest_tokens`: the door of step 1.
 *
 * In: the headers of a request. Out: the tenant its data belongs to, or a refusal.
 * Never: believes a tenant that a header claims; keeps or logs a token.
 */
export { type IngestToken, type IngestTokensConfig, IngestTokensConfigSchema } from './config.ts';
export { ingestTokensFactory } from './factory.ts';
export { FILE_CHECK_INTERVAL_MS, IngestTokens } from './ingest-tokens.ts';
export { TokenEvents } from './token-events.ts';
