import { describe, expect, it } from 'vitest';
import { fileConfig } from '../src/config.ts';

function refusals(config: object): readonly string[] {
  const { error } = fileConfig.safeParse({ path: 'a.json', ...config });
  return error?.issues.map(({ message }) => message) ?? [];
}

describe('the configuration of file', () => {
  it('has the defaults of the Collector', () => {
    expect(fileConfig.parse({ path: 'a.json' })).toEqual({
      path: 'a.json',
      append: false,
      format: 'json',
      compression: '',
      compression_level: 0,
      flush_interval: 1000,
      create_directory: false,
      directory_permissions: 0o755,
      group_by: {
        enabled: false,
        resource_attribute: 'fileexporter.path_segment',
        max_open_files: 100,
      },
    });
    const rotated = { max_megabytes: 100, max_days: 0, max_backups: 100, localtime: false };
    expect(fileConfig.parse({ path: 'a', rotation: null }).rotation).toEqual(rotated);
    expect(fileConfig.parse({ path: 'a', rotation: { max_megabytes: 0 } }).rotation).toEqual(
      rotated,
    );
  });

  it('refuses what the Collector refuses, in its words', () => {
    expect(refusals({ path: '' })).toEqual(['path must be non-empty']);
    expect(refusals({ append: true, rotation: {} })).toEqual([
      'append and rotation enabled at the same time is not supported',
    ]);
    expect(refusals({ format: 'text' })).toEqual(['format type is not supported']);
    expect(refusals({ compression: 'gzip' })).toEqual(['compression is not supported']);
    expect(refusals({ flush_interval: '-1s' })).toEqual([
      'flush_interval must be larger than zero',
    ]);
    expect(refusals({ directory_permissions: '0700' })).toEqual([
      'directory_permissions requires create_directory to be true',
    ]);
    expect(refusals({ create_directory: true, directory_permissions: '888' })).toEqual([
      'directory_permissions value must be a valid octal representation',
    ]);
    expect(refusals({ create_directory: true, directory_permissions: '1777' })).toEqual([
      'directory_permissions contain invalid bits for file access',
    ]);
  });

  it('wants a path with one place for the group', () => {
    const group_by = { enabled: true };
    expect(refusals({ group_by })).toEqual([
      'path must contain exactly one * when group_by is enabled',
    ]);
    expect(refusals({ group_by, path: '*/a.json' })).toEqual([
      'path must not start with * when group_by is enabled',
    ]);
    expect(
      refusals({ path: 'x/*.json', group_by: { enabled: true, resource_attribute: '' } }),
    ).toEqual(['resource_attribute must not be empty when group_by is enabled']);
  });

  it('refuses in words what the Collector has and it has not', () => {
    expect(refusals({ encoding: 'otlp_encoding/a' })).toEqual([
      'unknown encoding "otlp_encoding/a"',
    ]);
  });
});
