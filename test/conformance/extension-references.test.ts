import { describe, expect, it } from 'vitest';
import { sondeRefusal } from './refusal.ts';

interface Parts {
  readonly exporter?: string;
  readonly receiver?: string;
  readonly extensions?: string;
  readonly enabled?: string;
}

/** Behind `yaml:`, which takes a document as well as a line. */
function configOf(parts: Parts): string {
  const { exporter = 'nop: ', receiver = 'nop: ', extensions = '', enabled = '' } = parts;
  return `yaml:${[
    `receivers: {${receiver}}`,
    `exporters: {${exporter}, nop/unused: }`,
    `extensions: {${extensions}}`,
    `service: {extensions: [${enabled}], pipelines: {logs: {receivers: [${idIn(receiver)}], exporters: [${idIn(exporter)}]}}}`,
  ].join('\n')}`;
}

function idIn(section: string): string {
  return section.split(':')[0] ?? '';
}

function refusalOf(parts: Parts): Promise<string | undefined> {
  return sondeRefusal({ configs: [configOf(parts)] });
}

const QUEUED =
  "otlp_http: {endpoint: 'http://127.0.0.1:1', sending_queue: {storage: file_storage/q}}";
const SIGNED = "otlp_http: {endpoint: 'http://127.0.0.1:1', auth: {authenticator: basicauth}}";
const GUARDED = 'otlp: {protocols: {http: {auth: {authenticator: zpages}}}}';

describe('an extension that the Collector only misses when it starts', () => {
  it.each([
    [
      'storage of a queue',
      { exporter: QUEUED },
      'storage client extension "file_storage/q" not found',
    ],
    [
      'storage of a receiver',
      { receiver: 'file_log: {include: [/tmp/x], storage: file_storage}' },
      'storage client extension "file_storage" not found',
    ],
    [
      'an authenticator of a client',
      { exporter: SIGNED },
      'failed to resolve authenticator "basicauth": authenticator not found',
    ],
    [
      'an authenticator of a server',
      { receiver: GUARDED },
      'failed to resolve authenticator "zpages": authenticator not found',
    ],
  ])('%s is missed by validate, with its place', async (_name, parts, text) => {
    const refusal = await refusalOf(parts);
    expect(refusal).toContain(`invalid configuration: `);
    expect(refusal).toContain(text);
    expect(refusal).toMatch(/\n {4}yaml:.*: there is no such extension: configure it/);
  });

  it('is configured and not named', async () => {
    const extensions = 'zpages: ';
    expect(await refusalOf({ receiver: GUARDED, extensions })).toContain(
      'name it in service::extensions',
    );
  });

  it.each([
    [{ receiver: GUARDED, extensions: 'zpages: ', enabled: 'zpages' }, 'is not an authenticator'],
    [
      { exporter: QUEUED, extensions: 'zpages: , file_storage/q: ', enabled: 'zpages' },
      'name it in service::extensions',
    ],
    [
      {
        exporter: QUEUED.replace('file_storage/q', 'zpages'),
        extensions: 'zpages: ',
        enabled: 'zpages',
      },
      'requested extension "zpages" is not a storage extension',
    ],
    [
      {
        exporter: SIGNED.replace('basicauth', 'zpages'),
        extensions: 'zpages: ',
        enabled: 'zpages',
      },
      'requested extension is not a client authenticator',
    ],
  ])('or is of another kind: %j', async (parts, text) => {
    expect(await refusalOf(parts)).toContain(text);
  });

  it('is not asked for by what is off or stands in no pipeline', async () => {
    const off = QUEUED.replace('{storage', '{enabled: false, storage');
    expect(await refusalOf({ exporter: off })).toBeUndefined();
    expect(await refusalOf({ exporter: `nop: , ${SIGNED}` })).toBeUndefined();
  });
});
