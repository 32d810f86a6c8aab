import { extensionContract } from '@sonde/pipeline/contract-suite';
import { ingestTokensFactory } from '../src/index.ts';

extensionContract({
  factory: ingestTokensFactory,
  config: () => ({ tokens: [{ token: 'a-token', tenant: 'shop' }] }),
  defaultsRefused: 'requires "tokens" or "file"',
});
