/**
 * Extension `file_storage`: what components keep over restarts.
 *
 * In: values by key, from components. Out: the same values, after a restart too.
 * Never: telemetry's path; it is no queue and no database, and knows nothing of what it keeps.
 */
export { type FileStorageConfig, FileStorageConfigSchema } from './config.ts';
export { fileStorageFactory } from './factory.ts';
export { FileStorage, type FileStorageOptions } from './file-storage.ts';
