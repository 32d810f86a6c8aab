import { extensionContract } from '@sonde/pipeline/contract-suite';
import { healthCheckFactory } from '../src/index.ts';

extensionContract({
  factory: healthCheckFactory,
  config: () => ({ endpoint: '127.0.0.1:0' }),
});
