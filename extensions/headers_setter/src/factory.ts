import { AuthEvents, type ExtensionFactory } from '@sonde/pipeline';
import { type HeadersSetterConfig, headersSetterConfig } from './config.ts';
import { HeadersSetter } from './headers-setter.ts';

export const headersSetterFactory: ExtensionFactory<HeadersSetterConfig> = {
  kind: 'extension',
  type: 'headers_setter',
  config: headersSetterConfig,
  create: ({ id, logger, telemetry }, config) =>
    new HeadersSetter(config, new AuthEvents(id, logger, telemetry)),
};
