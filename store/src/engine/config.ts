import { totalmem } from 'node:os';
import { z } from 'zod';
import { type ColdVolume, ColdVolumeSchema } from './cold-volume.ts';

const MEBIBYTE = 1024 * 1024;

export type Role = 'ingest' | 'internal' | 'user';

/** A token is the password of the role's user name. `tenant` narrows a `user` to one tenant's rows. */
export interface EngineToken {
  readonly role: Role;
  readonly token: string;
  readonly tenant?: string | undefined;
}

/** What runs at once, by role; each statement has a connection and so a thread of its own. */
export interface ConnectionLimits {
  readonly ingestMax: number;
  readonly internalMax: number;
  readonly userMax: number;
  /** Statements of one role that wait for a connection; one more is refused with code 202. */
  readonly waitingMax: number;
}

/** What one `user` statement may take. */
export interface UserLimits {
  readonly memoryMaxBytes: number;
  readonly durationMaxSeconds: number;
  readonly resultMaxBytes: number;
}

export interface EngineConfig {
  /** The data directory; created when missing. One process at a time. */
  readonly directory: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Off loopback every role needs a token. */
  readonly host: string;
  readonly tokens: readonly EngineToken[];
  /** Cap of the engine's own accounting; about 250 MB of code and bookkeeping come on top. */
  readonly memoryMaxBytes: number;
  readonly markCacheBytes: number;
  /** Where BACKUP may write; `<directory>/backups` by default. */
  readonly backupsDirectory?: string | undefined;
  /** Where older partitions are moved to; what moves them is the job of retention. */
  readonly cold?: ColdVolume | undefined;
  /** Inserts are answered when they would outlive a power loss. */
  readonly fsync: boolean;
  /** Threads for merges and mutations. */
  readonly backgroundThreads: number;
  readonly connections: ConnectionLimits;
  readonly user: UserLimits;
  /** How long running statements may go on after `close`; then they are killed. */
  readonly drainTimeoutMs: number;
  /** For tests of the schema of clusters. */
  readonly mirrorCluster?: MirrorCluster | undefined;
}

/**
 * A cluster of which every shard is this engine: what is read through a Distributed table comes once
 * a shard. Its Keeper is in memory and holds Replicated tables that can be made but not written.
 */
export interface MirrorCluster {
  readonly name: string;
  readonly shards: number;
}

const MirrorClusterSchema = z.strictObject({
  name: z.string().regex(/^[a-z_]+$/),
  shards: z.number().int().min(1).max(16),
});

const bytes = (fallback: number): z.ZodDefault<z.ZodNumber> =>
  z.number().int().min(MEBIBYTE).default(fallback);
const count = (fallback: number, max: number): z.ZodDefault<z.ZodNumber> =>
  z.number().int().min(1).max(max).default(fallback);

/** An eighth of the machine, between 1 and 8 GiB: one machine also runs what it observes. */
export function defaultMemoryMaxBytes(machineBytes: number): number {
  return Math.round(Math.min(8192 * MEBIBYTE, Math.max(1024 * MEBIBYTE, machineBytes / 8)));
}

/** Characters. */
export const TOKEN_LENGTH_MIN = 16;

const TokenSchema = z.strictObject({
  role: z.enum(['ingest', 'internal', 'user']),
  token: z.string().min(TOKEN_LENGTH_MIN, `a token has at least ${TOKEN_LENGTH_MIN} characters`),
  tenant: z.string().min(1).optional(),
});

const ConnectionsSchema = z.strictObject({
  ingestMax: count(4, 64),
  internalMax: count(8, 64),
  userMax: count(4, 64),
  waitingMax: count(256, 10_000),
});

const UserSchema = z.strictObject({
  memoryMaxBytes: bytes(512 * MEBIBYTE),
  durationMaxSeconds: count(60, 3600),
  resultMaxBytes: bytes(256 * MEBIBYTE),
});

export const EngineConfigSchema: z.ZodType<EngineConfig> = z.strictObject({
  directory: z.string().min(1),
  port: z.number().int().min(0).max(65_535).default(8123),
  host: z.string().min(1).default('127.0.0.1'),
  tokens: z.array(TokenSchema).max(1000).default([]),
  memoryMaxBytes: bytes(defaultMemoryMaxBytes(totalmem())),
  markCacheBytes: bytes(64 * MEBIBYTE),
  backupsDirectory: z.string().min(1).optional(),
  cold: ColdVolumeSchema.optional(),
  fsync: z.boolean().default(true),
  backgroundThreads: count(2, 64),
  connections: ConnectionsSchema.default(ConnectionsSchema.parse({})),
  user: UserSchema.default(UserSchema.parse({})),
  drainTimeoutMs: z.number().int().min(0).max(600_000).default(20_000),
  mirrorCluster: MirrorClusterSchema.optional(),
});

/** `EngineConfig` with everything but the directory optional. */
export interface EngineOptions {
  readonly directory: string;
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  readonly tokens?: readonly EngineToken[] | undefined;
  readonly memoryMaxBytes?: number | undefined;
  readonly markCacheBytes?: number | undefined;
  readonly backupsDirectory?: string | undefined;
  readonly cold?: ColdVolume | undefined;
  readonly fsync?: boolean | undefined;
  readonly backgroundThreads?: number | undefined;
  readonly connections?: Partial<ConnectionLimits> | undefined;
  readonly user?: Partial<UserLimits> | undefined;
  readonly drainTimeoutMs?: number | undefined;
  readonly mirrorCluster?: MirrorCluster | undefined;
}
