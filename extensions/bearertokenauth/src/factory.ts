import { AuthEvents, type ExtensionFactory } from '@sonde/pipeline';
import { BearerTokenAuth } from './bearer-token-auth.ts';
import { type BearerTokenAuthConfig, BearerTokenAuthConfigSchema } from './config.ts';

export const bearerTokenAuthFactory: ExtensionFactory<BearerTokenAuthConfig> = {
  kind: 'extension',
  type: 'bearertokenauth',
  aliases: ['bearer_token_auth'],
  config: BearerTokenAuthConfigSchema,
  create: ({ id, logger, telemetry }, config) => {
    if (config.filename !== undefined && config.tokens.length > 0) {
      logger.warn('a filename is specified. Configured token(s) is ignored!');
    }
    return new BearerTokenAuth(config, new AuthEvents(id, logger, telemetry));
  },
};
