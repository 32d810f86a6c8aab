import { describe, expect, it } from 'vitest';
import { EbpfConfigSchema } from '../src/config.ts';

describe('configuration of the receiver ebpf', () => {
  it('has defaults for everything', () => {
    expect(EbpfConfigSchema.parse(null)).toEqual({
      collection_interval: 10_000,
      ring_size_mib: 8,
      root_path: '/',
      log_links: '',
      kubernetes: {
        endpoint: '',
        node: '',
        token_file: '',
        ca_file: '',
        refresh_interval: 30_000,
      },
      spans: { sample_ratio: 0.1, slow_threshold: 1_000 },
    });
  });

  it('refuses a ring that is no power of two, a share above one and an interval of nothing', () => {
    for (const wrong of [
      { ring_size_mib: 3 },
      { spans: { sample_ratio: 1.5 } },
      { collection_interval: '0s' },
      { unknown: 1 },
    ]) {
      expect(EbpfConfigSchema.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false);
    }
  });
});
