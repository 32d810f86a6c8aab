import { SIGNALS, type Signal } from '@sonde/proto';
import { z } from 'zod';
import { parseComponentId } from './component-id.ts';
import {
  type ConfigMap,
  type ConfigValue,
  ExpandedValue,
  goKindOf,
  isMap,
} from './config-value.ts';
import { didYouMean } from './did-you-mean.ts';
import { valueAt } from './edit-value.ts';
import type { PipelineConfig } from './pipeline-config.ts';
import type { ProblemList } from './problem-list.ts';
import { readValue } from './read-value.ts';
import { type OwnTelemetryConfig, OwnTelemetrySchema } from './telemetry-config.ts';

export interface ServiceReading {
  readonly extensions: readonly string[];
  readonly pipelines: ReadonlyMap<string, PipelineConfig>;
  readonly telemetry: OwnTelemetryConfig;
}

/** A list and nothing else: upstream splits texts at commas only for lists of plain texts. */
const idList = (): z.ZodDefault<z.ZodArray<z.ZodString>> => z.array(z.string()).default([]);

const SERVICE = z.strictObject({
  extensions: idList(),
  pipelines: z.record(z.string(), z.unknown()).default({}),
  telemetry: z.unknown().optional(),
});

const PIPELINE = z.strictObject({
  receivers: idList(),
  processors: idList(),
  exporters: idList(),
});

const DEFAULT_TELEMETRY: OwnTelemetryConfig = OwnTelemetrySchema.parse({});

/** Reads `service`; what cannot be read is reported and left out. */
export function readService(
  root: ConfigMap,
  problems: ProblemList,
  warn: (message: string) => void,
): ServiceReading {
  const service = seenThrough(root.get('service') ?? null);
  const read = readPart(SERVICE, service, { path: ['service'], prefix: 'service', problems });
  const raw = isMap(service) ? service : new Map<string, ConfigValue>();
  const telemetry = readPart(OwnTelemetrySchema, raw.get('telemetry') ?? null, {
    path: ['service', 'telemetry'],
    prefix: 'service.telemetry',
    problems,
  });
  if (telemetry !== undefined && hasAddress(raw.get('telemetry') ?? null)) warn(ADDRESS_IGNORED);
  const extensions = readIds(read?.extensions ?? [], {
    path: ['service', 'extensions'],
    prefix: 'service.extensions',
    problems,
  });
  return {
    extensions,
    pipelines: readPipelines(seenThrough(raw.get('pipelines') ?? null), problems),
    telemetry: telemetry ?? DEFAULT_TELEMETRY,
  };
}

const ADDRESS_IGNORED =
  'service::telemetry::metrics::address is ignored; use service::telemetry::metrics::readers';

function hasAddress(telemetry: ConfigValue): boolean {
  const metrics = valueAt(telemetry, ['metrics']);
  return valueAt(metrics ?? null, ['address']) !== undefined;
}

interface PartContext {
  readonly path: readonly string[];
  readonly prefix: string;
  readonly problems: ProblemList;
}

function readPart<C>(
  schema: z.ZodType<C>,
  value: ConfigValue,
  { path, prefix, problems }: PartContext,
): C | undefined {
  const read = readValue(schema, value, prefix);
  if (read.ok) return read.config;
  for (const problem of read.problems) {
    const full = [...path, ...problem.path.map(String)];
    const text =
      problem.stage === 'validate' ? `${full.join('::')}: ${problem.text}` : problem.text;
    problems.add({ ...problem, text, path: full });
  }
  return undefined;
}

function readPipelines(
  value: ConfigValue,
  problems: ProblemList,
): ReadonlyMap<string, PipelineConfig> {
  const pipelines = new Map<string, PipelineConfig>();
  if (!isMap(value)) {
    if (value !== null) {
      const text = `'service.pipelines' expected a map or struct, got "${goKindOf(value)}"`;
      problems.add({ stage: 'unmarshal', text, path: ['service', 'pipelines'] });
    }
    return pipelines;
  }
  for (const [key, raw] of value) {
    const pipeline = readPipeline(key, seenThrough(raw), problems);
    if (pipeline !== undefined) pipelines.set(pipeline.id, pipeline);
  }
  return pipelines;
}

function readPipeline(
  key: string,
  value: ConfigValue,
  problems: ProblemList,
): PipelineConfig | undefined {
  const path = ['service', 'pipelines', key];
  const parsed = parseComponentId(key);
  if (!parsed.ok) {
    const text = `'service.pipelines' ${parsed.reason}`;
    problems.add({ stage: 'unmarshal', text, path });
    return undefined;
  }
  const signal = SIGNALS.find((known) => known === parsed.id.type);
  if (signal === undefined) {
    refuseSignal(parsed.id.type, path, problems);
    return undefined;
  }
  const prefix = `service.pipelines[${key}]`;
  const read = readPart(PIPELINE, value, { path, prefix, problems });
  if (read === undefined) return undefined;
  const ids = (list: 'receivers' | 'processors' | 'exporters'): readonly string[] =>
    readIds(read[list], { path: [...path, list], prefix: `${prefix}.${list}`, problems });
  return {
    id: parsed.id.text,
    signal,
    receivers: ids('receivers'),
    processors: ids('processors'),
    exporters: ids('exporters'),
  };
}

function refuseSignal(type: string, path: readonly string[], problems: ProblemList): void {
  const quoted = JSON.stringify(type);
  const known: readonly Signal[] = SIGNALS;
  problems.add({
    stage: 'unmarshal',
    text: `'service.pipelines' in ${quoted} id: unknown pipeline signal: ${quoted}`,
    path,
    hint: didYouMean(type, known) ?? `signals are ${known.join(', ')}`,
  });
}

function readIds(texts: readonly string[], context: PartContext): readonly string[] {
  const ids: string[] = [];
  for (const [index, text] of texts.entries()) {
    const parsed = parseComponentId(text);
    if (parsed.ok) {
      ids.push(parsed.id.text);
      continue;
    }
    context.problems.add({
      stage: 'unmarshal',
      text: `'${context.prefix}[${index}]' ${parsed.reason}`,
      path: [...context.path, String(index)],
    });
  }
  return ids;
}

function seenThrough(value: ConfigValue): ConfigValue {
  return value instanceof ExpandedValue ? seenThrough(value.value) : value;
}
