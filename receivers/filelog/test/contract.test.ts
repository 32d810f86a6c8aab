import { receiverContract } from '@sonde/pipeline/contract-suite';
import { afterAll } from 'vitest';
import { filelogReceiverFactory } from '../src/index.ts';
import { folder } from './running-filelog.ts';

const { path, clean } = folder();

afterAll(clean);

receiverContract({
  factory: filelogReceiverFactory,
  config: () => ({ include: [`${path}/*.log`] }),
  defaultsRefused: "'include' must be specified",
});
