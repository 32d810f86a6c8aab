import { receiverContract } from '@sonde/pipeline/contract-suite';
import { afterAll } from 'vitest';
import { journaldReceiverFactory } from '../src/index.ts';
import { FakeJournal } from './fake-journal.ts';

const journal = new FakeJournal();

afterAll(() => journal.remove());

receiverContract({
  factory: journaldReceiverFactory,
  config: () => ({ journalctl_path: journal.path }),
});
