import {
  ErrorPolicy,
  EvaluationError,
  type Program,
  type SharedCaches,
  wireVisits,
} from '@sonde/ottl';
import { type CreateSettings, OwnTelemetry, SondeError } from '@sonde/pipeline';
import type { Signal, WireRow } from '@sonde/proto';
import { type ColumnStep, WireStep } from '@sonde/row-step';
import { compileGroup, compileWireGroup } from './compile-group.ts';
import type { TransformConfig } from './config.ts';
import type { Section } from './contexts.ts';
import type { StatementGroupConfig } from './statement-group-config.ts';

const SECTION_OF: Readonly<Partial<Record<Signal, Section>>> = {
  traces: 'trace_statements',
  metrics: 'metric_statements',
  logs: 'log_statements',
};

/** The groups of the signal, one behind the other. Throws `CompileError`. */
export function transformStep(config: TransformConfig, settings: CreateSettings): ColumnStep {
  const programs = programsOf(config, settings);
  return (columns, { client }) => {
    const caches: SharedCaches = new Map();
    try {
      let changed = columns;
      for (const program of programs) changed = program(changed, client, caches);
      return changed;
    } catch (error) {
      throw asInvalidData(error);
    }
  };
}

/** The same on the bytes of requests; undefined where a group takes columns. */
export function transformWireStep(
  config: TransformConfig,
  settings: CreateSettings,
): WireStep | undefined {
  const section = SECTION_OF[settings.signal];
  if (section === undefined) return undefined;
  const programs = groupsOf(config, settings, section).map(({ group, errors }) =>
    compileWireGroup(section, group, errors),
  );
  const onWire = programs.filter((program) => program !== undefined);
  if (onWire.length < programs.length || onWire.length === 0) return undefined;
  const resources = onWire.filter(({ visits }) => visits === 'resources').length;
  // A group sees what those before it did: resources are visited before rows.
  if (onWire.slice(0, resources).some(({ visits }) => visits !== 'resources')) return undefined;
  return new WireStep({
    signal: settings.signal,
    changesResources: resources > 0,
    visitOf: ({ client }) => {
      const { resources: ofResources, rows } = wireVisits(onWire, client);
      return {
        resources: ofResources && failingAsData(ofResources),
        rows: rows && failingAsData(rows),
      };
    },
  });
}

function failingAsData<T>(visit: (row: WireRow) => T): (row: WireRow) => T {
  return (row) => {
    try {
      return visit(row);
    } catch (error) {
      throw asInvalidData(error);
    }
  };
}

function programsOf(config: TransformConfig, settings: CreateSettings): readonly Program[] {
  const section = SECTION_OF[settings.signal];
  if (section === undefined) return [];
  return groupsOf(config, settings, section).map(({ group, errors }) =>
    compileGroup(section, group, errors),
  );
}

interface GroupWithPolicy {
  readonly group: StatementGroupConfig;
  readonly errors: ErrorPolicy;
}

function groupsOf(
  config: TransformConfig,
  settings: CreateSettings,
  section: Section,
): readonly GroupWithPolicy[] {
  const { id, signal, logger } = settings;
  const telemetry = settings.telemetry ?? new OwnTelemetry();
  const failures = telemetry.counter('otelcol_processor_transform_failures', {
    unit: '{failures}',
    description: 'Statements and conditions that failed on a row, whatever the error mode.',
  });
  return config[section]
    .filter(({ statements }) => statements.length > 0)
    .map((group) => ({
      group,
      errors: new ErrorPolicy({
        mode: group.error_mode ?? config.error_mode,
        warn: (message, fields) => logger.warn(message, fields),
        failed: (kind) => failures.add(1, { processor: id, otel_signal: signal, kind }),
      }),
    }));
}

/** What a statement threw with `error_mode: propagate`, as the pipeline says it. */
function asInvalidData(error: unknown): unknown {
  if (!(error instanceof EvaluationError)) return error;
  return new SondeError('INVALID_DATA', error.message, { cause: error });
}
