import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extensionContract } from '@sonde/pipeline/contract-suite';
import { afterAll } from 'vitest';
import { fileStorageFactory } from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'file-storage-'));

afterAll(() => rmSync(folder, { recursive: true }));

extensionContract({ factory: fileStorageFactory, config: () => ({ directory: folder }) });
