import { didYouMean } from './did-you-mean.ts';
import type { FeatureGates } from './feature-gates.ts';
import type { PipelineConfig } from './pipeline-config.ts';
import type { ProblemList } from './problem-list.ts';
import type { ServiceReading } from './read-service.ts';

/** The ids of each section. */
export interface KnownIds {
  readonly receivers: ReadonlySet<string>;
  readonly processors: ReadonlySet<string>;
  readonly exporters: ReadonlySet<string>;
  readonly connectors: ReadonlySet<string>;
  readonly extensions: ReadonlySet<string>;
}

/** What upstream's `Config.Validate` checks of a whole configuration, all of it at once. */
export function checkService(
  service: ServiceReading,
  ids: KnownIds,
  context: { readonly problems: ProblemList; readonly gates: FeatureGates },
): void {
  const { problems, gates } = context;
  const add = (path: readonly string[], text: string, hint?: string): void => {
    problems.add({ stage: 'validate', text, path, ...(hint === undefined ? {} : { hint }) });
  };
  checkSections(ids, gates, add);
  for (const id of ids.connectors) checkAmbiguous(id, ids, add);
  for (const [index, id] of service.extensions.entries()) {
    if (ids.extensions.has(id)) continue;
    add(
      ['service', 'extensions', String(index)],
      `service::extensions: ${notConfigured('extension', id)}`,
      didYouMean(id, ids.extensions),
    );
  }
  if (service.pipelines.size === 0 && !gates.has('service.AllowNoPipelines')) {
    add(['service', 'pipelines'], 'service::pipelines: service must have at least one pipeline');
  }
  const known = {
    receivers: new Set([...ids.receivers, ...ids.connectors]),
    processors: ids.processors,
    exporters: new Set([...ids.exporters, ...ids.connectors]),
  };
  for (const pipeline of service.pipelines.values()) {
    checkGate(pipeline, gates, add);
    checkPipeline(pipeline, add);
    checkReferences(pipeline, known, add);
  }
}

type Add = (path: readonly string[], text: string, hint?: string) => void;

function checkSections(ids: KnownIds, gates: FeatureGates, add: Add): void {
  const counts = [ids.receivers, ids.processors, ids.exporters, ids.connectors, ids.extensions];
  if (counts.every((section) => section.size === 0)) {
    add([], 'empty configuration file');
    return;
  }
  if (gates.has('service.AllowNoPipelines')) return;
  if (ids.receivers.size === 0) add([], 'no receiver configuration specified in config');
  if (ids.exporters.size === 0) add([], 'no exporter configuration specified in config');
}

function checkAmbiguous(id: string, ids: KnownIds, add: Add): void {
  for (const [kind, others] of [
    ['exporter', ids.exporters],
    ['receiver', ids.receivers],
  ] as const) {
    if (!others.has(id)) continue;
    const [quoted, better] = [JSON.stringify(id), JSON.stringify(`${id}/connector`)];
    add(
      ['connectors', id],
      `connectors::${id}: ambiguous ID: Found both ${quoted} ${kind} and ${quoted} connector. ` +
        "Change one of the components' IDs to eliminate ambiguity " +
        `(e.g. rename ${quoted} connector to ${better})`,
    );
  }
}

function checkGate(pipeline: PipelineConfig, gates: FeatureGates, add: Add): void {
  if (pipeline.signal !== 'profiles' || gates.has('service.profilesSupport')) return;
  add(
    ['service', 'pipelines', pipeline.id],
    `service::pipelines: pipeline ${JSON.stringify(pipeline.id)}: profiling signal support is at ` +
      'alpha level, gated under the "service.profilesSupport" feature gate',
  );
}

function checkPipeline(pipeline: PipelineConfig, add: Add): void {
  const path = ['service', 'pipelines', pipeline.id];
  const prefix = path.join('::');
  if (pipeline.receivers.length === 0) add(path, `${prefix}: must have at least one receiver`);
  if (pipeline.exporters.length === 0) add(path, `${prefix}: must have at least one exporter`);
  const seen = new Set<string>();
  const told = new Set<string>();
  for (const id of pipeline.processors) {
    if (seen.has(id) && !told.has(id)) {
      told.add(id);
      add([...path, 'processors'], `${prefix}: references processor "${id}" multiple times`);
    }
    seen.add(id);
  }
}

const REFERENCES = [
  ['receivers', 'receiver'],
  ['processors', 'processor'],
  ['exporters', 'exporter'],
] as const;

function checkReferences(
  pipeline: PipelineConfig,
  known: Pick<KnownIds, (typeof REFERENCES)[number][0]>,
  add: Add,
): void {
  for (const [list, kind] of REFERENCES) {
    for (const [index, id] of pipeline[list].entries()) {
      if (known[list].has(id)) continue;
      const path = ['service', 'pipelines', pipeline.id];
      const text = `${path.join('::')}: ${notConfigured(kind, id)}`;
      add([...path, list, String(index)], text, didYouMean(id, known[list]));
    }
  }
}

function notConfigured(kind: string, id: string): string {
  return `references ${kind} ${JSON.stringify(id)} which is not configured`;
}
