import type { EngineConfig } from '../config/engine-config.ts';
import type { PipelineConfig } from '../config/pipeline-config.ts';

type Routes = Pick<EngineConfig, 'pipelines' | 'connectors'>;

/**
 * The pipelines that data of `receivers` comes through, by way of connectors too; what else they
 * could receive from is left out of them.
 */
export function reachedPipelines(
  { pipelines, connectors }: Routes,
  receivers: ReadonlySet<string>,
): ReadonlyMap<string, PipelineConfig> {
  const sources = new Set(receivers);
  const reached = new Map<string, PipelineConfig>();
  for (let before = -1; before !== reached.size; ) {
    before = reached.size;
    for (const pipeline of pipelines.values()) {
      if (reached.has(pipeline.id) || !pipeline.receivers.some((id) => sources.has(id))) continue;
      reached.set(pipeline.id, pipeline);
      for (const id of pipeline.exporters) if (connectors.has(id)) sources.add(id);
    }
  }
  const narrowed = [...pipelines.values()]
    .filter(({ id }) => reached.has(id))
    .map((pipeline): [string, PipelineConfig] => {
      const fromHere = pipeline.receivers.filter((id) => sources.has(id));
      return [pipeline.id, { ...pipeline, receivers: fromHere }];
    });
  return new Map(narrowed);
}

/** What one thread of a receiver runs: what is behind it, without extensions. */
export function sliceOfReceiver(config: EngineConfig, receiver: string): EngineConfig {
  const pipelines = reachedPipelines(config, new Set([receiver]));
  return { ...config, pipelines, serviceExtensions: [] };
}
