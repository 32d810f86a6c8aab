import { extensionContract } from '@sonde/pipeline/contract-suite';
import { zpagesFactory } from '../src/index.ts';

extensionContract({ factory: zpagesFactory, config: () => ({ endpoint: '127.0.0.1:0' }) });
