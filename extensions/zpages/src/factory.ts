import type { ExtensionFactory } from '@sonde/pipeline';
import { type ZpagesConfig, ZpagesConfigSchema } from './config.ts';
import { Zpages } from './zpages.ts';

export const zpagesFactory: ExtensionFactory<ZpagesConfig> = {
  kind: 'extension',
  type: 'zpages',
  config: ZpagesConfigSchema,
  create: (_settings, config) => new Zpages(config),
};
