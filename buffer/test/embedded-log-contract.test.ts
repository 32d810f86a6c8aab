import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeBufferContract } from '../src/contract-suite.ts';
import { EmbeddedLog } from '../src/index.ts';

describeBufferContract(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sonde-buffer-'));
  return {
    name: 'embedded log',
    open: () => EmbeddedLog.open(directory),
    destroy: () => rm(directory, { recursive: true }),
  };
});
