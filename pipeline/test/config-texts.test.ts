import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { retryOnFailure, sendingQueue } from '../src/config/fields/index.ts';
import { parseYaml } from '../src/config/parse-yaml.ts';
import { readValue } from '../src/config/read-value.ts';
import { load, refusal, WORKING } from './fixture-config.ts';

const DECODING =
  'failed to get config: cannot unmarshal the configuration: decoding failed due to the ' +
  'following error(s):\n\n';

function refusedWith(...sets: string[]): string {
  return refusal(() => load(WORKING, { sets }));
}

// The lines of reference 1.6, one by one.
describe('what the Collector says of a whole configuration', () => {
  it.each([
    ['', 'empty configuration file'],
    ['exporters: {nop: }', 'no receiver configuration specified in config'],
    ['receivers: {nop: }', 'no exporter configuration specified in config'],
    ['receivers: {nop: }\nexporters: {nop: }', 'service must have at least one pipeline'],
  ])('%j', (yaml, text) => {
    expect(refusal(() => load(yaml))).toMatch(/^invalid configuration: /);
    expect(refusal(() => load(yaml))).toContain(text);
  });

  it.each([
    ['receivers=[]', 'service::pipelines::traces: must have at least one receiver'],
    ['exporters=[]', 'service::pipelines::traces: must have at least one exporter'],
    [
      'processors=[batch, batch]',
      'service::pipelines::traces: references processor "batch" multiple times',
    ],
    [
      'receivers=[x]',
      'service::pipelines::traces: references receiver "x" which is not configured',
    ],
    [
      'processors=[x]',
      'service::pipelines::traces: references processor "x" which is not configured',
    ],
    [
      'exporters=[x]',
      'service::pipelines::traces: references exporter "x" which is not configured',
    ],
  ])('a pipeline with %s', (set, text) => {
    const sets = ['processors.batch=null', `service.pipelines.traces.${set}`];
    const [first] = refusedWith(...sets).split('\n');
    expect(first).toBe(`invalid configuration: ${text}`);
  });

  it('an extension that is not configured', () => {
    expect(refusedWith('service.extensions=[x]')).toContain(
      'invalid configuration: service::extensions: references extension "x" which is ' +
        'not configured',
    );
  });

  it.each(['receiver', 'exporter'])('an id that is a connector and a %s', (kind) => {
    expect(refusedWith('connectors.twin=null', `${kind}s.twin=null`)).toContain(
      `invalid configuration: connectors::twin: ambiguous ID: Found both "twin" ${kind} and ` +
        '"twin" ' +
        "connector. Change one of the components' IDs to eliminate ambiguity (e.g. rename " +
        '"twin" connector to "twin/connector")',
    );
  });

  it('profiles without their gate', () => {
    const sets = [
      'service.pipelines.profiles.receivers=[otlp]',
      'service.pipelines.profiles.exporters=[nop]',
    ];
    expect(refusedWith(...sets)).toContain(
      'pipeline "profiles": profiling signal support is at alpha level, gated under the ' +
        '"service.profilesSupport" feature gate',
    );
    const gates = new Set(['service.profilesSupport'] as const);
    expect(load(WORKING, { sets, gates }).pipelines.has('profiles')).toBe(true);
  });

  it('all of it at once', () => {
    const text = refusedWith(
      'receivers.otlp.protocolz=1',
      'exporters.foo=null',
      'service.extensions=[e]',
      'service.pipelines.traces.processors=[z, z]',
    );
    expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('    '))).toEqual([
      DECODING.trim(),
      `error decoding 'receivers': error reading configuration for "otlp": decoding ` +
        'failed due to the following error(s):',
      "'' has invalid keys: protocolz",
      `error decoding 'exporters': unknown type: "foo" for id: "foo" (valid values: ` +
        '[nop debug twin])',
      'invalid configuration: service::extensions: references extension "e" which is ' +
        'not configured',
      'service::pipelines::traces: references processor "z" multiple times',
      'service::pipelines::traces: references processor "z" which is not configured',
      'service::pipelines::traces: references processor "z" which is not configured',
    ]);
  });
});

describe('what the Collector says of ids', () => {
  it.each([
    ['receivers: {"otlp/": }', `in "otlp/" id: the part after / should not be empty`],
    ['receivers: {"/x": }', `in "/x" id: the part before / should not be empty`],
    ['receivers: {"": }', 'id must not be empty'],
    ['receivers: {otlp: , " otlp": }', 'duplicate name "otlp" after trimming'],
    ['receivers: {"otlp/a b": }', 'in "a b" id: invalid character(s) in name "a b"'],
    ['receivers: {"1otlp": }', 'in "1otlp" id: invalid character(s) in type "1otlp"'],
    ['receivers: {foo: }', 'unknown type: "foo" for id: "foo" (valid values: [otlp nop twin])'],
    ['receivers: {foo/a: }', 'unknown type: "foo" for id: "foo/a" (valid values: [otlp nop twin])'],
    [
      'exporters: {logging: }',
      'the logging exporter has been deprecated, use the debug exporter instead',
    ],
    ['service: {pipelines: {tracez: }}', 'unknown pipeline signal: "tracez"'],
    ['service: {pipelines: {traces/: }}', `in "traces/" id: the part after / should not be empty`],
    [
      'service: {pipelines: {traces: {exporters: [nop/]}}}',
      `'service.pipelines[traces].exporters[0]' in "nop/" id: the part after / should not be empty`,
    ],
  ])('%s', (yaml, text) => {
    const message = refusal(() => load(yaml));
    expect(message.startsWith(DECODING)).toBe(true);
    expect(message).toContain(text);
  });

  it('trims both parts of an id', () => {
    const { receivers } = load(WORKING, {
      sets: [
        'receivers=null',
        'receivers={" otlp / a ": {protocols: {grpc: }}, otlp: {protocols: {grpc: }}}',
      ],
    });
    expect([...receivers.keys()]).toEqual(['otlp/a', 'otlp']);
  });

  it('takes an old name for ever, and warns', () => {
    const warnings: string[] = [];
    load(WORKING, { sets: ['processors.oldbatch=null'], warnings });
    expect(warnings).toEqual(['"oldbatch" alias is deprecated; use "batch" instead']);
  });
});

describe('what the Collector says of keys and kinds', () => {
  it.each([
    ['recievers={}', `'' has invalid keys: recievers`],
    ['service.foo=1', `'service' has invalid keys: foo`],
    ['service.telemetry.unknown=1', `'service.telemetry' has invalid keys: unknown`],
    ['service.pipelines.traces.foo=1', `'service.pipelines[traces]' has invalid keys: foo`],
    ['receivers=5', `'receivers' expected a map or struct, got "int"`],
    [
      'receivers.otlp=5',
      `error decoding 'receivers': '[otlp]' expected type 'map[string]interface ` +
        `{}', got unconvertible type 'int'`,
    ],
    [
      'receivers.otlp=[5]',
      `error decoding 'receivers': '[otlp]' expected type 'map[string]interface ` +
        `{}', got unconvertible type '[]interface {}'`,
    ],
    ['receivers.otlp.protocols=5', `'protocols' expected a map or struct, got "int"`],
    [
      'receivers.otlp.protocols.grpc.include_metadata=t',
      `'protocols.grpc.include_metadata' expected type 'bool', got unconvertible type 'string'`,
    ],
    [
      `receivers.otlp.protocols.grpc.max_recv_msg_size_mib='0123'`,
      `'protocols.grpc.max_recv_msg_size_mib' expected type 'int', got unconvertible type 'string'`,
    ],
    [
      'receivers.otlp.protocols.grpc.endpoint={a: 1}',
      `'protocols.grpc.endpoint' expected type 'string', got unconvertible type ` +
        `'map[string]interface {}'`,
    ],
    [
      'receivers.otlp.protocols.grpc.endpoint=12',
      `'protocols.grpc.endpoint' expected type 'string', got unconvertible type 'int'`,
    ],
  ])('%s', (set, text) => {
    expect(refusedWith(set)).toContain(DECODING);
    expect(refusedWith(set)).toContain(text);
  });

  it('cuts a fraction where an integer is wanted, and takes null for the default', () => {
    const sets = ['receivers.otlp.protocols.grpc={max_recv_msg_size_mib: 1.5, endpoint: }'];
    expect(load(WORKING, { sets }).receivers.get('otlp')?.config).toMatchObject({
      protocols: {
        grpc: { max_recv_msg_size_mib: 1, endpoint: { host: 'localhost', port: 4317 } },
      },
    });
  });

  it('checks components that no pipeline names', () => {
    expect(refusedWith('receivers.otlp/2=null')).toContain(
      'invalid configuration: receivers::otlp/2: must specify at least one protocol ' +
        'when using the OTLP receiver',
    );
  });
});

describe('what the Collector says of queues and retries', () => {
  const schema = z.strictObject({
    sending_queue: sendingQueue(),
    retry_on_failure: retryOnFailure(),
  });

  function problems(yaml: string): string {
    const parsed = parseYaml(yaml, 'test');
    if (!parsed.ok) throw new Error(parsed.reason);
    const read = readValue(schema, parsed.value);
    return read.ok ? '' : read.problems.map(({ text }) => text).join('\n');
  }

  it.each([
    ['num_consumers: 0', '`num_consumers` must be positive'],
    ['queue_size: 0', '`queue_size` must be positive'],
    [
      'wait_for_result: true, storage: file_storage',
      '`wait_for_result` is not supported with a persistent queue configured with `storage`',
    ],
    [
      'sizer: items, queue_size: 5, batch: {min_size: 6}',
      '`min_size` must be less than or equal to `queue_size`',
    ],
    [
      'batch: {min_size: 20, max_size: 10}',
      '`max_size` (10) must be greater or equal to `min_size` (20)',
    ],
    [
      'batch: {sizer: requests}',
      '`batch` supports only `items` or `bytes` sizer, found "requests"',
    ],
    [
      'batch: {partition: {metadata_keys: [x, X]}}',
      'duplicate entry in metadata_keys: "X" (case-insensitive)',
    ],
  ])('sending_queue: {%s}', (yaml, text) => {
    expect(problems(`sending_queue: {${yaml}}`)).toBe(text);
  });

  it.each([
    ['initial_interval: -1s', 'initial_interval value must be greater than or equal to 0'],
    ['randomization_factor: 3', 'randomization_factor value must be less than or equal to 1'],
    [
      'max_elapsed_time: 1s, max_interval: 1s',
      "'max_elapsed_time' must not be less than 'initial_interval'",
    ],
    ['max_elapsed_time: 10s', "'max_elapsed_time' must not be less than 'max_interval'"],
  ])('retry_on_failure: {%s}', (yaml, text) => {
    expect(problems(`retry_on_failure: {${yaml}}`)).toBe(text);
  });

  it('checks keys, and not meaning, of a section that is off', () => {
    expect(problems('retry_on_failure: {enabled: false, initial_interval: -1s}')).toBe('');
    expect(problems('retry_on_failure: {enabled: false, x: 1}')).toBe(
      "'retry_on_failure' has invalid keys: x",
    );
    expect(problems('retry_on_failure: {enabled: 1}')).toBe(
      "'retry_on_failure.enabled' expected type 'bool', got unconvertible type 'int'",
    );
  });
});
