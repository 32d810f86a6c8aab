import { type ConnectorFactory, type Factory, SOURCE_SCHEMES } from '@sonde/pipeline';
import { stringify } from 'yaml';
import { BUILD_INFO } from '../build-info.ts';
import { loadComponents } from '../components.ts';
import { readFlags } from './read-flags.ts';

const SIGNALS = ['logs', 'metrics', 'traces'] as const;

/** Upstream's indentation. */
const INDENT = 4;

/** `sonde components`: what configuration may name, in the layout of the Collector's command. */
export async function components(args: readonly string[]): Promise<void> {
  readFlags(args, {});
  process.stdout.write(formatComponents(await loadComponents()));
}

/** Sections in upstream's order; components and signals by name. */
export function formatComponents(factories: readonly Factory[]): string {
  const ofKind = (kind: Factory['kind']): readonly unknown[] =>
    factories
      .filter((factory) => factory.kind === kind)
      .sort((a, b) => (a.type < b.type ? -1 : 1))
      .map((factory) => ({
        name: factory.type,
        module: `${moduleOf(factory)} v${BUILD_INFO.version}`,
        stability: stabilityOf(factory),
      }));
  return stringify(
    {
      buildinfo: BUILD_INFO,
      receivers: ofKind('receiver'),
      processors: ofKind('processor'),
      exporters: ofKind('exporter'),
      connectors: ofKind('connector'),
      extensions: ofKind('extension'),
      providers: SOURCE_SCHEMES.map((scheme) => ({
        scheme,
        module: `@sonde/pipeline v${BUILD_INFO.version}`,
      })),
    },
    { indent: INDENT, lineWidth: 0 },
  );
}

function moduleOf({ kind, type }: Factory): string {
  return `@sonde/${kind}-${type.replaceAll('_', '-')}`;
}

function stabilityOf(factory: Factory): Readonly<Record<string, string>> {
  if (factory.kind === 'extension') return { extension: 'Beta' };
  if (factory.kind === 'connector') return pairStability(factory);
  const supported = Object.entries(factory.signals).map(([signal, level]): [string, string] => [
    signal,
    capitalized(level),
  ]);
  return Object.fromEntries(supported.sort());
}

/** Every pair of signals; `Undefined` is upstream's word for one that is not there. */
function pairStability({ pairs }: ConnectorFactory): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const from of SIGNALS) {
    for (const to of SIGNALS) {
      found[`${from}-to-${to}`] = capitalized(pairs[from]?.[to] ?? 'undefined');
    }
  }
  const { profiles } = pairs;
  for (const [to, level] of Object.entries(profiles ?? {})) {
    found[`profiles-to-${to}`] = capitalized(level);
  }
  return found;
}

function capitalized(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
