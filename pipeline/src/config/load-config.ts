import type { Factory } from '../component.ts';
import { checkPassages } from './check-passages.ts';
import { checkService } from './check-service.ts';
import { configVersion } from './config-version.ts';
import { hintsFor, listOfKeys } from './did-you-mean.ts';
import type { EngineConfig } from './engine-config.ts';
import { checkExtensionReferences } from './extension-references.ts';
import { type FeatureGates, NO_FEATURE_GATES } from './feature-gates.ts';
import { ProblemList } from './problem-list.ts';
import { readSection, type SectionContext, type SectionName } from './read-components.ts';
import { readService } from './read-service.ts';
import type { ResolvedConfig } from './resolve-config.ts';

export interface LoadOptions {
  readonly factories: readonly Factory[];
  readonly gates?: FeatureGates;
  readonly warn?: (message: string) => void;
}

const TOP_LEVEL_KEYS: readonly string[] = [
  'receivers',
  'processors',
  'exporters',
  'connectors',
  'extensions',
  'service',
];

/**
 * Reads and checks a resolved configuration. Nothing is opened and nothing is created.
 * Throws `ConfigError` with everything that is wrong.
 */
export function loadConfig(resolved: ResolvedConfig, options: LoadOptions): EngineConfig {
  const { root, positions } = resolved;
  const problems = new ProblemList(positions);
  const { gates = NO_FEATURE_GATES, warn = () => {} } = options;
  checkTopLevel(resolved, problems);
  const context = <F extends Factory>(
    section: SectionName,
    factories: readonly F[],
  ): SectionContext<F> => ({ section, factories, all: options.factories, problems, warn });
  const { factories } = options;
  const ofKind = {
    receiver: factories.filter((factory) => factory.kind === 'receiver'),
    processor: factories.filter((factory) => factory.kind === 'processor'),
    exporter: factories.filter((factory) => factory.kind === 'exporter'),
    connector: factories.filter((factory) => factory.kind === 'connector'),
    extension: factories.filter((factory) => factory.kind === 'extension'),
  };
  const receivers = readSection(root, context('receivers', ofKind.receiver));
  const processors = readSection(root, context('processors', ofKind.processor));
  const exporters = readSection(root, context('exporters', ofKind.exporter));
  const connectors = readSection(root, context('connectors', ofKind.connector));
  const extensions = readSection(root, context('extensions', ofKind.extension));
  const service = readService(root, problems, warn);
  const ids = {
    receivers: receivers.ids,
    processors: processors.ids,
    exporters: exporters.ids,
    connectors: connectors.ids,
    extensions: extensions.ids,
  };
  checkService(service, ids, { problems, gates });
  checkExtensionReferences(root, service, { known: ids.extensions, problems });
  problems.throwIfAny();
  checkPassages(
    {
      receivers: receivers.configured,
      exporters: exporters.configured,
      pipelines: [...service.pipelines.values()],
    },
    { positions, warn },
  );
  return {
    receivers: receivers.configured,
    processors: processors.configured,
    exporters: exporters.configured,
    connectors: connectors.configured,
    extensions: extensions.configured,
    serviceExtensions: service.extensions,
    pipelines: service.pipelines,
    telemetry: service.telemetry,
    gates,
    version: configVersion(root),
    root,
  };
}

function checkTopLevel({ root }: ResolvedConfig, problems: ProblemList): void {
  const unknown = [...root.keys()].filter((key) => !TOP_LEVEL_KEYS.includes(key)).sort();
  if (unknown.length === 0) return;
  const hints = hintsFor(unknown, TOP_LEVEL_KEYS);
  problems.add({
    stage: 'unmarshal',
    text: `'' has invalid keys: ${listOfKeys(unknown)}`,
    path: unknown.slice(0, 1),
    hint: hints.length > 0 ? hints.join(' ') : `known keys: ${TOP_LEVEL_KEYS.join(', ')}`,
  });
}
