import { ErrorPolicy, EvaluationError, type Program, type SharedCaches } from '@sonde/ottl';
import { type CreateSettings, OwnTelemetry, SondeError } from '@sonde/pipeline';
import type { Signal } from '@sonde/proto';
import type { ColumnStep } from '@sonde/row-step';
import { compileGroup } from './compile-group.ts';
import type { TransformConfig } from './config.ts';
import type { Section } from './contexts.ts';

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
      if (!(error instanceof EvaluationError)) throw error;
      throw new SondeError('INVALID_DATA', error.message, { cause: error });
    }
  };
}

function programsOf(config: TransformConfig, settings: CreateSettings): readonly Program[] {
  const section = SECTION_OF[settings.signal];
  if (section === undefined) return [];
  const { id, signal, logger } = settings;
  const telemetry = settings.telemetry ?? new OwnTelemetry();
  const failures = telemetry.counter('otelcol_processor_transform_failures', {
    unit: '{failures}',
    description: 'Statements and conditions that failed on a row, whatever the error mode.',
  });
  return config[section]
    .filter(({ statements }) => statements.length > 0)
    .map((group) => {
      const errors = new ErrorPolicy({
        mode: group.error_mode ?? config.error_mode,
        warn: (message, fields) => logger.warn(message, fields),
        failed: (kind) => failures.add(1, { processor: id, otel_signal: signal, kind }),
      });
      return compileGroup(section, group, errors);
    });
}
