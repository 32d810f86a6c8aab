import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { prometheusReceiverConfig } from '../src/config/config.ts';
import type { TargetGroup } from '../src/config/discovery-config.ts';
import { FileDiscovery } from '../src/discovery/file-discovery.ts';
import { relabel } from '../src/scrape/relabel.ts';
import { targetsOf } from '../src/scrape/target.ts';
import { PrometheusServer } from './prometheus-server.ts';
import { linesOf, scraping } from './scraping.ts';

function jobOf(fields: object): ReturnType<typeof prometheusReceiverConfig.parse>['jobs'][number] {
  const { jobs } = prometheusReceiverConfig.parse({
    config: { scrape_configs: [{ job_name: 'shop', ...fields }] },
  });
  const [first] = jobs;
  if (first === undefined) throw new Error('no job');
  return first;
}

function group(targets: readonly string[], labels = {}): TargetGroup {
  return { targets, labels };
}

describe('targets', () => {
  it('have an address, a URL and labels; the same one is one', () => {
    const config = jobOf({ params: { q: ['1'] }, metrics_path: 'm' });
    const groups = [group(['a:1', 'a:1', '[::1]:9'], { zone: 'z', __meta_x: 'y' })];
    const { targets, problems } = targetsOf(config, groups);
    expect(problems).toEqual([]);
    expect(targets.map(({ url }) => url.href)).toEqual([
      'http://a:1/m?q=1',
      'http://[::1]:9/m?q=1',
    ]);
    expect([...(targets[0]?.labels ?? [])]).toEqual([
      ['instance', 'a:1'],
      ['job', 'shop'],
      ['zone', 'z'],
    ]);
  });

  it('are made by rules of labels that start with two underscores', () => {
    const config = jobOf({
      relabel_configs: [
        { source_labels: ['__address__'], target_label: '__param_target' },
        { source_labels: ['__param_target'], target_label: 'instance' },
        { target_label: '__address__', replacement: 'prober:9115' },
        { target_label: '__scheme__', replacement: 'https' },
        { target_label: '__metrics_path__', replacement: '/probe' },
        { source_labels: ['__meta_role'], regex: 'web', action: 'keep' },
      ],
    });
    const { targets } = targetsOf(config, [
      group(['http.example'], { __meta_role: 'web' }),
      group(['db.example'], { __meta_role: 'db' }),
    ]);
    expect(targets.map(({ url, instance }) => [url.href, instance])).toEqual([
      ['https://prober:9115/probe?target=http.example', 'http.example'],
    ]);
  });

  it('are none without a usable address', () => {
    const { targets, problems } = targetsOf(jobOf({}), [group(['http://a:1', 'a b', ''])]);
    expect(targets).toEqual([]);
    expect(problems).toHaveLength(3);
  });
});

describe('a rule', () => {
  const apply = (fields: object, labels: Readonly<Record<string, string>>): object | false => {
    const map = new Map(Object.entries(labels));
    const kept = relabel(map, jobOf({ relabel_configs: [fields] }).relabelRules);
    return kept && Object.fromEntries(map);
  };

  it('replaces, with groups by number and name', () => {
    const fields = { source_labels: ['a'], target_label: 'b' };
    expect(apply({ ...fields }, { a: 'x' })).toEqual({ a: 'x', b: 'x' });
    expect(apply({ ...fields, regex: '(?P<n>.).', replacement: '$n$$$1x' }, { a: 'pq' })).toEqual({
      a: 'pq',
      b: 'p$',
    });
    expect(apply({ ...fields, regex: 'y' }, { a: 'x', b: 'o' })).toEqual({ a: 'x', b: 'o' });
    expect(apply({ ...fields, replacement: '' }, { a: 'x', b: 'o' })).toEqual({ a: 'x' });
    expect(apply({ source_labels: ['a'], target_label: `$${'{1}'}_l` }, { a: 'x' })).toEqual({
      a: 'x',
      x_l: 'x',
    });
  });

  it('keeps and drops', () => {
    expect(apply({ source_labels: ['a'], regex: 'x.*', action: 'keep' }, { a: 'xy' })).toEqual({
      a: 'xy',
    });
    expect(apply({ source_labels: ['a'], regex: 'x', action: 'keep' }, { a: 'xy' })).toBe(false);
    expect(apply({ source_labels: ['a'], regex: 'x', action: 'drop' }, { a: 'x' })).toBe(false);
    const equal = { source_labels: ['a'], target_label: 'b' };
    expect(apply({ ...equal, action: 'keepequal' }, { a: '1', b: '2' })).toBe(false);
    expect(apply({ ...equal, action: 'dropequal' }, { a: '1', b: '1' })).toBe(false);
    expect(apply({ ...equal, action: 'dropequal' }, { a: '1', b: '2' })).toEqual({
      a: '1',
      b: '2',
    });
  });

  it('shards as Prometheus does', () => {
    const fields = { source_labels: ['c'], target_label: 'd', action: 'hashmod', modulus: 1000 };
    expect(apply(fields, { c: 'baz' })).toEqual({ c: 'baz', d: '976' });
    expect(apply(fields, { c: 'foo\nbar' })).toEqual({ c: 'foo\nbar', d: '734' });
  });

  it('changes names and cases', () => {
    expect(apply({ regex: 'm_(.+)', action: 'labelmap' }, { m_a: '1', b: '2' })).toEqual({
      m_a: '1',
      b: '2',
      a: '1',
    });
    expect(apply({ regex: 'a|b', action: 'labelkeep' }, { a: '1', b: '2', c: '3' })).toEqual({
      a: '1',
      b: '2',
    });
    expect(
      apply({ source_labels: ['a'], target_label: 'a', action: 'uppercase' }, { a: 'xÿ' }),
    ).toEqual({ a: 'XŸ' });
  });
});

describe('discovery', () => {
  it('reads files as they change and says what is wrong with one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sonde-sd-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'a.json'), JSON.stringify([group(['a:1'], { l: 'v' })]));
    writeFileSync(join(folder, 'b.yaml'), '- targets: [b:1]\n');
    mkdirSync(join(folder, 'c.yaml'));
    const problems: string[] = [];
    const updates: (readonly TargetGroup[])[] = [];
    let notify = (): void => undefined;
    const changed = (): Promise<void> =>
      new Promise((resolve) => {
        notify = resolve;
      });
    const [config] = jobOf({
      file_sd_configs: [
        { files: [`${folder}/*.yaml`, `${folder}/a.json`], refresh_interval: '20ms' },
      ],
    }).fileDiscoveries;
    if (config === undefined) throw new Error('no discovery');
    const discovery = new FileDiscovery(config, (where) => problems.push(where));
    onTestFinished(() => discovery.stop());
    const first = changed();
    discovery.start((groups) => {
      updates.push(groups);
      notify();
    });
    await first;
    expect(updates[0]?.map(({ targets, labels }) => [targets[0], labels['l']])).toEqual([
      ['b:1', undefined],
      ['a:1', 'v'],
    ]);
    expect(updates[0]?.[0]?.labels['__meta_filepath']).toBe(join(folder, 'b.yaml'));
    expect(problems).toEqual([join(folder, 'c.yaml')]);
    const second = changed();
    rmSync(join(folder, 'b.yaml'));
    await second;
    expect(updates.at(-1)?.map(({ targets }) => targets[0])).toEqual(['a:1']);
  });

  it('asks a server, ends the series of a target that goes, and keeps them when it is away', async () => {
    const target = await PrometheusServer.open('a 1\n');
    const server = await PrometheusServer.open();
    const json = { 'content-type': 'application/json' };
    const list = (targets: readonly string[]): void => {
      server.replies.set('/sd', { headers: json, body: JSON.stringify([{ targets }]) });
    };
    list([target.address]);
    const url = `http://${server.address}/sd`;
    const { scrapes, logger } = await scraping([
      { job_name: 'shop', http_sd_configs: [{ url, refresh_interval: '20ms' }] },
    ]);
    expect(linesOf(await scrapes.full())).toEqual(['a gauge 1']);
    server.replies.set('/sd', { status: 503, body: '' });
    await expect
      .poll(() => logger.lines.map(({ message }) => message))
      .toContain('Targets cannot be looked up; those before stay.');
    expect(linesOf(await scrapes.full())).toEqual(['a gauge 1']);
    list([]);
    expect(await scrapes.find((lines) => lines.includes('a gauge stale'))).toEqual([
      'a gauge stale',
    ]);
  });
});
