import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namedComponents, sondeComponents } from './known-components.ts';
import { sondeRefusal } from './refusal.ts';

const FOLDER = join(import.meta.dirname, 'published');
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
const KNOWN = sondeComponents();

const NAMES: Readonly<Record<string, string>> = {
  receivers: 'receiver',
  processors: 'processor',
  exporters: 'exporter',
  connectors: 'connector',
  extensions: 'extension',
};

/** What the environment of a pod has. */
const ENV: Readonly<Record<string, string>> = {
  MY_POD_IP: '10.0.0.7',
  K8S_NODE_NAME: 'node-7',
  K8S_NODE_IP: '10.0.0.1',
  GOMEMLIMIT: '160MiB',
};

/**
 * Refused though every component is there: what must be said then. The Collector refuses the first
 * two as well.
 */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['contrib-basicauthextension-1.yaml', 'requires a non-empty "endpoint"'],
  ['contrib-bearertokenauthextension-1.yaml', "'' has invalid keys: ca_file"],
  // Its documents name the receiver alone, which every Collector refuses.
  ...[2, 3, 4, 5, 6, 7].map((number): [string, string] => [
    `contrib-routingconnector-${number}.yaml`,
    'must specify at least one protocol when using the OTLP receiver',
  ]),
]);

const UNSUPPORTED = new Map(
  FILES.map((name) => {
    const yaml = readFileSync(join(FOLDER, name), 'utf8');
    return [name, [...new Set(namedComponents(yaml).filter((each) => !KNOWN.has(each)))]];
  }),
);
const WHOLE = FILES.filter((name) => UNSUPPORTED.get(name)?.length === 0);

describe(`published configurations: ${WHOLE.length} of ${FILES.length} name supported components`, () => {
  it.each(FILES)('%s', async (name) => {
    const unsupported = UNSUPPORTED.get(name) ?? [];
    const refusal = await sondeRefusal({ configs: [join(FOLDER, name)], env: ENV });
    if (unsupported.length === 0) {
      const reason = REFUSED.get(name);
      if (reason === undefined) expect(refusal).toBeUndefined();
      else expect(refusal ?? reason).toContain(reason);
      return;
    }
    for (const each of unsupported) {
      const [section = '', type = ''] = each.split(' ');
      expect(refusal, NAMES[section] ?? '').toContain(`unknown type: ${JSON.stringify(type)}`);
    }
  });

  it('are many, and say where they were published', () => {
    expect(WHOLE.filter((name) => !REFUSED.has(name)).length).toBeGreaterThanOrEqual(40);
    for (const name of FILES) {
      expect(readFileSync(join(FOLDER, name), 'utf8'), name).toMatch(/^# github\.com\/\S+ /);
    }
  });
});
