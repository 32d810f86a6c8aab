import { receiverContract } from '@sonde/pipeline/contract-suite';
import { describe } from 'vitest';
import { ebpfReceiverFactory } from '../src/factory.ts';
import { MAY_OBSERVE } from './running-observer.ts';

// Its life cycle is that of programs in the kernel.
describe.runIf(MAY_OBSERVE)('where programs may be loaded', () => {
  receiverContract({ factory: ebpfReceiverFactory, config: () => ({}) });
});
