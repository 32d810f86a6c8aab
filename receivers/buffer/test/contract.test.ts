import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { receiverContract } from '@sonde/pipeline/contract-suite';
import { afterAll } from 'vitest';
import { bufferReceiverFactory } from '../src/index.ts';

const directory = await mkdtemp(join(tmpdir(), 'sonde-receiver-buffer-'));
afterAll(() => rm(directory, { recursive: true }));

// Nobody waits for an answer: what becomes of refusals is in buffer-receiver.test.ts.
receiverContract({
  factory: bufferReceiverFactory,
  config: () => ({ directory }),
  defaultsRefused: /directory/,
});
