import { receiverContract } from '@sonde/pipeline/contract-suite';
import { nopReceiverFactory } from '../src/index.ts';

receiverContract({ factory: nopReceiverFactory, config: () => ({}) });
