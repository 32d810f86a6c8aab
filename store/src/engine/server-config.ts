import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ConfigTree,
  keepColdVolume,
  STORAGE_POLICY,
  storageConfiguration,
} from './cold-volume.ts';
import type { EngineConfig, MirrorCluster } from './config.ts';

/** Text in XML content. */
function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * Server settings of ClickHouse. Its defaults are for a machine of its own: a tenth of the memory is
 * left to others, 5 GiB of marks are cached, 16 threads merge and 512 more may wait for work. Sonde
 * shares the machine with what it observes.
 */
function settings(config: EngineConfig, backupsDirectory: string): ConfigTree {
  const threads = config.backgroundThreads;
  return {
    max_server_memory_usage: config.memoryMaxBytes,
    mark_cache_size: config.markCacheBytes,
    uncompressed_cache_size: 0,
    index_mark_cache_size: config.markCacheBytes,
    index_uncompressed_cache_size: 0,
    mmap_cache_size: 0,
    background_pool_size: threads,
    background_merges_mutations_concurrency_ratio: 2,
    background_move_pool_size: 1,
    background_fetches_pool_size: 1,
    background_common_pool_size: 2,
    background_schedule_pool_size: 2,
    background_buffer_flush_schedule_pool_size: 1,
    background_message_broker_schedule_pool_size: 1,
    background_distributed_schedule_pool_size: 1,
    // Every 50 ms by default, half of the idle cost; it only corrects the memory count.
    memory_worker_period_ms: 1000,
    backups: { allowed_path: backupsDirectory },
    storage_configuration: storageConfiguration(config.cold, config.directory),
    merge_tree: { storage_policy: STORAGE_POLICY, ...(config.fsync ? FSYNC : {}) },
    ...(config.mirrorCluster === undefined ? {} : mirrorCluster(config.mirrorCluster)),
  };
}

/** A server takes a shard for itself by its port; nothing listens there. */
const MIRROR_PORT = 9000;

function mirrorCluster({ name, shards }: MirrorCluster): ConfigTree {
  const shard = { replica: { host: '127.0.0.1', port: MIRROR_PORT } };
  return {
    tcp_port: MIRROR_PORT,
    remote_servers: { [name]: { shard: Array.from({ length: shards }, () => shard) } },
    macros: { shard: '1', replica: 'a' },
    zookeeper: { implementation: 'testkeeper', node: { host: 'localhost', port: 2181 } },
    interserver_http_host: 'localhost',
    interserver_http_port: 9009,
  };
}

/**
 * Of every table: an insert is answered when its files and their folder are on the disk; merged
 * parts are synced too, because the parts they were made of are deleted minutes later.
 */
const FSYNC: ConfigTree = {
  fsync_after_insert: 1,
  fsync_part_directory: 1,
  min_rows_to_fsync_after_merge: 1,
};

function render(tree: ConfigTree, indent: string): string {
  return Object.entries(tree)
    .flatMap(([name, value]) => (isList(value) ? value : [value]).map((one) => ({ name, one })))
    .map(({ name, one }) => {
      if (typeof one !== 'object') return `${indent}<${name}>${xml(String(one))}</${name}>\n`;
      return `${indent}<${name}>\n${render(one, `${indent}  `)}${indent}</${name}>\n`;
    })
    .join('');
}

function isList(value: ConfigTree[string]): value is readonly ConfigTree[] {
  return Array.isArray(value);
}

/**
 * Writes the engine's server settings into the data directory and returns the file's path. Written
 * anew at every start: the file is no place to configure anything.
 */
export function writeServerConfig(config: EngineConfig): string {
  const backups = config.backupsDirectory ?? join(config.directory, 'backups');
  mkdirSync(backups, { recursive: true });
  const path = join(config.directory, 'engine.xml');
  keepColdVolume(config.cold, config.directory);
  writeFileSync(path, render({ clickhouse: settings(config, backups) }, ''));
  return path;
}
