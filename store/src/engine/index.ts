/**
 * Step 7 of the path on one machine: the ClickHouse engine in a process of its own, behind
 * ClickHouse's HTTP interface.
 *
 * In: HTTP requests of ClickHouse clients: statements, and data in any input format.
 * Out: results in any output format, errors with ClickHouse's codes, rows on the disk.
 * Never: knows Sonde's tables; runs in a worker thread; lets data near the SQL parser.
 */
export {
  COLD_VOLUME,
  type ColdVolume,
  rememberedColdVolume,
  STORAGE_POLICY,
} from './cold-volume.ts';
export {
  type ConnectionLimits,
  type EngineConfig,
  EngineConfigSchema,
  type EngineOptions,
  type EngineToken,
  type Role,
  TOKEN_LENGTH_MIN,
  type UserLimits,
} from './config.ts';
export { DirectoryInUseError } from './data-directory.ts';
export { foreignEntry } from './foreign-entry.ts';
export { lockFile } from './lock-file.ts';
export { makeDirectory } from './make-directory.ts';
export { type RunningEngine, runEngine } from './run-engine.ts';
export { type SpawnedEngine, spawnEngine } from './spawn-engine.ts';
