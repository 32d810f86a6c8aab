import type { Signal } from '@sonde/proto';
import type { EngineConfig } from '../config/engine-config.ts';
import type { PipelineConfig } from '../config/pipeline-config.ts';
import { ServiceError } from '../service-error.ts';

/** A connector that joins two pipelines. */
interface Joint {
  readonly connector: string;
  readonly from: PipelineConfig;
  readonly to: PipelineConfig;
}

/**
 * Every connector must end a pipeline and begin another with a pair of signals it supports, and
 * no pipeline may lead back into itself. Throws `ServiceError` with the Collector's text.
 */
export function checkConnectors(config: EngineConfig): void {
  const joints = [...config.connectors.keys()].flatMap((id) => checkConnector(id, config));
  const cycle = findCycle(joints);
  if (cycle !== undefined) {
    throw new ServiceError('BUILD_FAILED', `failed to build pipelines: ${spellCycle(cycle)}`);
  }
}

function checkConnector(id: string, config: EngineConfig): readonly Joint[] {
  const pipelines = [...config.pipelines.values()];
  const before = pipelines.filter((pipeline) => pipeline.exporters.includes(id));
  const after = pipelines.filter((pipeline) => pipeline.receivers.includes(id));
  const pairs = config.connectors.get(id)?.factory.pairs ?? {};
  const supports = (from: Signal, to: Signal): boolean => pairs[from]?.[to] !== undefined;
  for (const { signal } of before) {
    if (after.some((other) => supports(signal, other.signal))) continue;
    refuse(
      `connector ${JSON.stringify(id)} used as exporter in ${names(before, signal)} ` +
        'pipeline but not used in any supported receiver pipeline',
    );
  }
  for (const { signal } of after) {
    if (before.some((other) => supports(other.signal, signal))) continue;
    refuse(
      `connector ${JSON.stringify(id)} used as receiver in ${names(after, signal)} ` +
        'pipeline but not used in any supported exporter pipeline',
    );
  }
  return before.flatMap((from) =>
    after
      .filter((to) => supports(from.signal, to.signal))
      .map((to) => ({ connector: id, from, to })),
  );
}

function names(pipelines: readonly PipelineConfig[], signal: Signal): string {
  const ids = pipelines.filter((pipeline) => pipeline.signal === signal).map(({ id }) => id);
  return `[${ids.join(' ')}]`;
}

function refuse(text: string): never {
  throw new ServiceError('BUILD_FAILED', `failed to build pipelines: ${text}`);
}

/** Joints that lead from a pipeline back to it, if there are any. */
function findCycle(joints: readonly Joint[]): readonly Joint[] | undefined {
  const done = new Set<string>();
  for (const { from } of joints) {
    const cycle = walk(from.id, [], { joints, done });
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

function walk(
  pipeline: string,
  trail: readonly Joint[],
  context: { readonly joints: readonly Joint[]; readonly done: Set<string> },
): readonly Joint[] | undefined {
  const start = trail.findIndex(({ from }) => from.id === pipeline);
  if (start >= 0) return trail.slice(start);
  if (context.done.has(pipeline)) return undefined;
  for (const joint of context.joints) {
    if (joint.from.id !== pipeline) continue;
    const cycle = walk(joint.to.id, [...trail, joint], context);
    if (cycle !== undefined) return cycle;
  }
  context.done.add(pipeline);
  return undefined;
}

function spellCycle(cycle: readonly Joint[]): string {
  const steps: string[] = [];
  for (const { connector, from, to } of cycle) {
    steps.push(`connector ${JSON.stringify(connector)} (${from.signal} to ${to.signal})`);
    for (const processor of to.processors) {
      steps.push(`processor ${JSON.stringify(processor)} in pipeline ${JSON.stringify(to.id)}`);
    }
  }
  return `cycle detected: ${[...steps, steps[0] ?? ''].join(' -> ')}`;
}
