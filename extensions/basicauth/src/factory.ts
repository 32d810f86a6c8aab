import { AuthEvents, type ExtensionFactory } from '@sonde/pipeline';
import { BasicClientAuth } from './client-auth.ts';
import { type BasicAuthConfig, BasicAuthConfigSchema } from './config.ts';
import { BasicServerAuth } from './server-auth.ts';

export const basicAuthFactory: ExtensionFactory<BasicAuthConfig> = {
  kind: 'extension',
  type: 'basicauth',
  aliases: ['basic_auth'],
  config: BasicAuthConfigSchema,
  create: ({ id, logger, telemetry }, { clientAuth, htpasswd }) => {
    const events = new AuthEvents(id, logger, telemetry);
    if (clientAuth !== undefined) return new BasicClientAuth(clientAuth, events);
    return new BasicServerAuth(htpasswd ?? { file: undefined, inline: undefined }, events);
  },
};
