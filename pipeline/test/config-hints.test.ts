import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../src/config/config-error.ts';
import { didYouMean } from '../src/config/did-you-mean.ts';
import { readConfig } from '../src/read-config.ts';
import { fixtureFactories } from './fixture-components.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hints-'));
});

afterEach(() => rm(folder, { recursive: true }));

async function refusedFile(lines: readonly string[]): Promise<string> {
  const path = join(folder, 'config.yaml');
  await writeFile(path, lines.join('\n'));
  const reading = readConfig({ configUris: [path], env: {}, factories: fixtureFactories() });
  const error: unknown = await reading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConfigError)) throw new Error('it was not refused');
  return error.message.replaceAll(path, 'config.yaml');
}

describe('our line below the line of the Collector', () => {
  it('names file, line, column, path and the key that was meant', async () => {
    const message = await refusedFile([
      'receivers:',
      '  otlp:',
      '    protocols:',
      '      grpc:',
      '        endpont: localhost:1',
      'exporters:',
      '  debgu:',
      '  nop:',
      'service:',
      '  pipelines:',
      '    traces:',
      '      receivers: [otpl]',
      '      exporters: [nop]',
    ]);
    expect(message.split('\n').filter((line) => line.startsWith('    '))).toEqual([
      '    config.yaml:5:9 receivers::otlp::protocols::grpc::endpont: did you mean "endpoint"?',
      '    config.yaml:7:3 exporters::debgu: did you mean "debug"?',
      '    config.yaml:12:19 service::pipelines::traces::receivers::0: did you mean "otlp"?',
    ]);
  });

  it('says of a component that is not there what takes its place, or where it belongs', async () => {
    const message = await refusedFile([
      'receivers: {nop: , statsd: }',
      'processors: {tail_sampling: , otlp: , k8sattributes: }',
    ]);
    const absent = 'a component of the Collector that Sonde does not have';
    expect(message.split('\n').filter((line) => line.startsWith('    config.yaml'))).toEqual(
      expect.arrayContaining([
        `    config.yaml:1:20 receivers::statsd: ${absent}`,
        `    config.yaml:2:14 processors::tail_sampling: ${absent}; use probabilistic_sampler, which decides by trace id`,
        '    config.yaml:2:31 processors::otlp: it is one of the receivers: write it below "receivers"',
        `    config.yaml:2:39 processors::k8sattributes: ${absent}`,
      ]),
    );
  });

  it('lists the keys there are when none is near', async () => {
    const message = await refusedFile(['receivers: {otlp: {zzz: 1}}']);
    expect(message).toContain('config.yaml:1:20 receivers::otlp::zzz: known keys: protocols');
  });

  it.each([
    ['protocolz', 'did you mean "protocols"?'],
    ['Protocols', 'did you mean "protocols"?'],
    ['prtoocols', 'did you mean "protocols"?'],
    ['endpoint', undefined],
    ['x', undefined],
  ])('takes %s for a slip of the finger or not', (word, expected) => {
    expect(didYouMean(word, ['protocols', 'auth'])).toBe(expected);
  });
});
