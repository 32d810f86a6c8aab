import type { ExtensionFactory } from '@sonde/pipeline';
import { type FileStorageConfig, FileStorageConfigSchema } from './config.ts';
import { directoryProblem } from './directory-problem.ts';
import { FileStorage } from './file-storage.ts';

export const fileStorageFactory: ExtensionFactory<FileStorageConfig> = {
  kind: 'extension',
  type: 'file_storage',
  config: FileStorageConfigSchema,
  foresee: directoryProblem,
  create: ({ id, logger, telemetry }, config) => new FileStorage({ id, config, logger, telemetry }),
};
