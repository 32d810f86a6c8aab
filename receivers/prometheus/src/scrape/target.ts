import type { TargetGroup } from '../config/discovery-config.ts';
import type { ScrapeConfig } from '../config/scrape-config.ts';
import { relabel } from './relabel.ts';

/** One address that is scraped. */
export interface Target {
  /** The same for the same labels and address. */
  readonly key: string;
  readonly url: URL;
  /** Those that its samples get, `job` and `instance` among them. */
  readonly labels: ReadonlyMap<string, string>;
  /** As they were found, before relabelling. */
  readonly discovered: ReadonlyMap<string, string>;
  readonly job: string;
  readonly instance: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

export interface TargetList {
  readonly targets: readonly Target[];
  /** Why addresses are no targets; those that rules drop are not among them. */
  readonly problems: readonly string[];
}

/** The targets of a job. Of those that are the same the first stays. */
export function targetsOf(config: ScrapeConfig, groups: readonly TargetGroup[]): TargetList {
  const targets = new Map<string, Target>();
  const problems: string[] = [];
  for (const group of groups) {
    for (const address of group.targets) {
      const discovered = discoveredLabels(config, group, address);
      const labels = new Map(discovered);
      if (!relabel(labels, config.relabelRules)) continue;
      const target = targetOf(config, labels, discovered);
      if (typeof target === 'string') problems.push(`${address}: ${target}`);
      else if (!targets.has(target.key)) targets.set(target.key, target);
    }
  }
  return { targets: [...targets.values()], problems };
}

function discoveredLabels(
  config: ScrapeConfig,
  group: TargetGroup,
  address: string,
): ReadonlyMap<string, string> {
  const labels = new Map<string, string>([
    ['job', config.jobName],
    ['__scrape_interval__', `${config.intervalMs}ms`],
    ['__scrape_timeout__', `${config.timeoutMs}ms`],
    ['__metrics_path__', config.metricsPath],
    ['__scheme__', config.scheme],
  ]);
  for (const [name, [first]] of Object.entries(config.params)) {
    if (first !== undefined) labels.set(`__param_${name}`, first);
  }
  for (const [name, value] of Object.entries(group.labels)) labels.set(name, value);
  labels.set('__address__', address);
  return labels;
}

/** The reason where the labels make no target. */
function targetOf(
  config: ScrapeConfig,
  labels: Map<string, string>,
  discovered: ReadonlyMap<string, string>,
): Target | string {
  const address = labels.get('__address__') ?? '';
  if (address === '') return 'no address';
  if (address.includes('/')) return `${JSON.stringify(address)} is not a valid hostname`;
  const url = urlOf(config, labels, address);
  if (url === undefined) return `${JSON.stringify(address)} is not a valid address`;
  const own = new Map([...labels].filter(([name]) => !name.startsWith('__')));
  if (!own.has('instance')) own.set('instance', address);
  const sorted = [...own].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    key: `${url.href} ${JSON.stringify(sorted)}`,
    url,
    labels: new Map(sorted),
    discovered,
    job: own.get('job') ?? config.jobName,
    instance: own.get('instance') ?? address,
    intervalMs: config.intervalMs,
    timeoutMs: config.timeoutMs,
  };
}

function urlOf(
  config: ScrapeConfig,
  labels: ReadonlyMap<string, string>,
  address: string,
): URL | undefined {
  const scheme = labels.get('__scheme__') || config.scheme;
  const path = labels.get('__metrics_path__') || config.metricsPath;
  const href = `${scheme}://${address}${path.startsWith('/') ? '' : '/'}${path}`;
  if (!/^https?$/.test(scheme) || !URL.canParse(href)) return undefined;
  const url = new URL(href);
  for (const [name, values] of Object.entries(config.params)) {
    for (const value of values) url.searchParams.append(name, value);
  }
  for (const [label, value] of labels) {
    if (!label.startsWith('__param_')) continue;
    const name = label.slice('__param_'.length);
    const rest = url.searchParams.getAll(name).slice(1);
    url.searchParams.set(name, value);
    for (const other of rest) url.searchParams.append(name, other);
  }
  return url;
}
