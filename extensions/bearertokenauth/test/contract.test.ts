import { extensionContract } from '@sonde/pipeline/contract-suite';
import { bearerTokenAuthFactory } from '../src/index.ts';

extensionContract({
  factory: bearerTokenAuthFactory,
  defaultsRefused: 'no bearer token provided',
  config: () => ({ token: 'secret' }),
});
