import { duration, nullMeansDefaults, refuseMeaning, textList } from '@sonde/pipeline';
import { z } from 'zod';

export interface ServiceGraphConfig {
  /** Upper bounds in milliseconds; undefined where the histogram is exponential. */
  readonly latency_histogram_buckets: readonly number[] | undefined;
  /** 0 is buckets with bounds. */
  readonly exponential_histogram_max_size: number;
  readonly dimensions: readonly string[];
  readonly store: StoreConfig;
  /** Milliseconds, as all durations. */
  readonly cache_loop: number;
  readonly store_expiration_loop: number;
  readonly virtual_node_peer_attributes: readonly string[];
  readonly virtual_node_extra_label: boolean;
  /** 0 hands metrics on with every batch. */
  readonly metrics_flush_interval: number;
  readonly database_name_attributes: readonly string[];
  readonly metrics_timestamp_offset: number;
}

export interface StoreConfig {
  /** Spans that wait for the other side. */
  readonly max_items: number;
  readonly ttl: number;
}

const BUCKETS_MAX = 10_000;
const CACHE_LOOP_MS = 60_000;
const EXPIRATION_LOOP_MS = 2000;
const DATABASE_NAMES = ['db.name'];

const fields = z.strictObject({
  latency_histogram_buckets: z.array(duration()).max(BUCKETS_MAX).nullish(),
  exponential_histogram_max_size: z.int().default(0),
  dimensions: textList(),
  store: nullMeansDefaults(
    z.strictObject({ max_items: z.int().default(1000), ttl: duration('2s') }),
  ),
  cache_loop: duration('1m'),
  store_expiration_loop: duration('2s'),
  virtual_node_peer_attributes: textList(['peer.service', 'db.name', 'db.system']),
  virtual_node_extra_label: z.boolean().default(false),
  metrics_flush_interval: duration('60s'),
  database_name_attributes: textList(DATABASE_NAMES),
  metrics_timestamp_offset: duration('0s'),
});

export const ServiceGraphConfigSchema: z.ZodType<ServiceGraphConfig> = nullMeansDefaults(
  fields
    .superRefine(({ latency_histogram_buckets: buckets, ...config }, context) => {
      const { exponential_histogram_max_size: size } = config;
      const isGiven = Array.isArray(buckets);
      if (!isGiven && size < 0) {
        refuseMeaning(context, { text: '`exponential_histogram_max_size` can not be negative' });
      }
      if (isGiven && size > 0) {
        const text = 'use either `latency_histogram_buckets` or `exponential_histogram_max_size`';
        refuseMeaning(context, { text });
      }
    })
    .transform((config): ServiceGraphConfig => {
      const names = config.database_name_attributes;
      return {
        ...config,
        latency_histogram_buckets: config.latency_histogram_buckets ?? undefined,
        // As upstream: what is none of these means the default.
        cache_loop: config.cache_loop > 0 ? config.cache_loop : CACHE_LOOP_MS,
        store_expiration_loop:
          config.store_expiration_loop > 0 ? config.store_expiration_loop : EXPIRATION_LOOP_MS,
        database_name_attributes: names.length > 0 ? names : DATABASE_NAMES,
        metrics_flush_interval: Math.max(0, config.metrics_flush_interval),
      };
    }),
);
