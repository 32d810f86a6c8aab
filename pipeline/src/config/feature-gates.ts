import { SourceError } from './sources.ts';

export type FeatureGate =
  | 'confmap.enableMergeAppendOption'
  | 'ottl.functions.enableLambda'
  | 'service.AllowNoPipelines'
  | 'service.profilesSupport';

export interface FeatureGateDescription {
  readonly id: FeatureGate;
  readonly stage: 'Alpha' | 'Beta';
  readonly description: string;
  /** The Collector's version that brought it. */
  readonly fromVersion: string;
}

/** Gates of the Collector that change how a configuration is read, by id. All are off by default. */
export const FEATURE_GATES: readonly FeatureGateDescription[] = [
  {
    id: 'confmap.enableMergeAppendOption',
    stage: 'Alpha',
    description:
      'Appends the lists service::extensions, receivers and exporters when sources merge.',
    fromVersion: 'v0.120.0',
  },
  {
    id: 'ottl.functions.enableLambda',
    stage: 'Alpha',
    description: 'Allows OTTL functions to take lambdas; here they may without it.',
    fromVersion: 'v0.155.0',
  },
  {
    id: 'service.AllowNoPipelines',
    stage: 'Alpha',
    description: 'Allows a service without pipelines: extensions alone.',
    fromVersion: 'v0.122.0',
  },
  {
    id: 'service.profilesSupport',
    stage: 'Alpha',
    description: 'Allows pipelines of profiles.',
    fromVersion: 'v0.112.0',
  },
];

/** The gates that are on. */
export type FeatureGates = ReadonlySet<FeatureGate>;

export const NO_FEATURE_GATES: FeatureGates = new Set<FeatureGate>();

/**
 * Reads the values of `--feature-gates`: ids divided by commas, `-` before one turns it off, `+` or
 * nothing turns it on; later ones win. Throws `SourceError` with the Collector's text.
 */
export function parseFeatureGates(values: readonly string[]): FeatureGates {
  const on = new Set<FeatureGate>();
  for (const value of values) {
    for (const part of value.split(',')) {
      const name = part.trim();
      if (name === '') continue;
      const gate = findGate(name.replace(/^[-+]/, ''), value);
      if (name.startsWith('-')) on.delete(gate);
      else on.add(gate);
    }
  }
  return on;
}

function findGate(id: string, value: string): FeatureGate {
  const found = FEATURE_GATES.find((gate) => gate.id === id);
  if (found !== undefined) return found.id;
  const valid = FEATURE_GATES.map((gate) => gate.id).join(' ');
  throw new SourceError(
    `invalid argument ${JSON.stringify(value)} for "--feature-gates" flag: ` +
      `no such feature gate ${JSON.stringify(id)}. valid gates: [${valid}]`,
  );
}
