import { duration, nullMeansDefaults } from '@sonde/pipeline';
import { z } from 'zod';
import type { KubernetesConfig } from './entities/kubernetes/pod-table.ts';

export interface EbpfConfig {
  /** Between two reports of metrics. Milliseconds. */
  readonly collection_interval: number;
  /** Between kernel and agent; a power of two. MiB. */
  readonly ring_size_mib: number;
  /** Where the host's root is mounted. */
  readonly root_path: string;
  readonly kubernetes: KubernetesConfig;
  /** Where links to the logs of services are kept; '' makes none. */
  readonly log_links: string;
  readonly spans: {
    readonly sample_ratio: number;
    /** Milliseconds. */
    readonly slow_threshold: number;
  };
}

const RING_SIZES_MIB = [1, 2, 4, 8, 16, 32, 64];

/** Timers do not wait longer. Milliseconds: a day. */
const INTERVAL_MS_MAX = 86_400_000;

export const EbpfConfigSchema: z.ZodType<EbpfConfig> = nullMeansDefaults(
  z.strictObject({
    collection_interval: duration('10s').refine((ms) => ms >= 100 && ms <= INTERVAL_MS_MAX, {
      message: 'must be between 100ms and 24h',
    }),
    ring_size_mib: z
      .number()
      .refine((size) => RING_SIZES_MIB.includes(size), {
        message: `must be one of ${RING_SIZES_MIB.join(', ')}`,
      })
      .default(8),
    root_path: z.string().startsWith('/').default('/'),
    kubernetes: z
      .strictObject({
        endpoint: z.union([z.url({ protocol: /^https?$/ }), z.literal('')]).default(''),
        node: z.string().default(''),
        token_file: z.string().default(''),
        ca_file: z.string().default(''),
        refresh_interval: duration('30s').refine((ms) => ms >= 1_000 && ms <= INTERVAL_MS_MAX, {
          message: 'must be between 1s and 24h',
        }),
      })
      .prefault({}),
    log_links: z
      .string()
      .refine((path) => path === '' || path.startsWith('/'), 'must be an absolute path')
      .default(''),
    spans: z
      .strictObject({
        sample_ratio: z.number().min(0).max(1).default(0.1),
        slow_threshold: duration('1s'),
      })
      .prefault({}),
  }),
);
