import { receiverContract } from '@sonde/pipeline/contract-suite';
import { kernelLogReceiverFactory } from '../src/index.ts';

receiverContract({ factory: kernelLogReceiverFactory, config: () => ({}) });
