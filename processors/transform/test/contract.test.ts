import { processorContract } from '@sonde/pipeline/contract-suite';
import { sampleTelemetry } from '@sonde/processor-test-graph';
import { transformProcessorFactory } from '../src/index.ts';

processorContract({
  factory: transformProcessorFactory,
  config: () => ({
    trace_statements: ['set(span.name, "x") where span.name == "nobody"'],
    log_statements: ['set(log.body, "x") where log.body == "nobody"'],
  }),
  telemetry: sampleTelemetry,
});
