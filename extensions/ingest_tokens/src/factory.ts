import type { ExtensionFactory } from '@sonde/pipeline';
import { type IngestTokensConfig, IngestTokensConfigSchema } from './config.ts';
import { IngestTokens } from './ingest-tokens.ts';
import { TokenEvents } from './token-events.ts';

export const ingestTokensFactory: ExtensionFactory<IngestTokensConfig> = {
  kind: 'extension',
  type: 'ingest_tokens',
  config: IngestTokensConfigSchema,
  create: ({ id, logger }, config) =>
    new IngestTokens({ config, events: new TokenEvents(id, logger) }),
};
