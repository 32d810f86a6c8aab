import { processorContract } from '@sonde/pipeline/contract-suite';
import { sampleTelemetry } from '@sonde/processor-test-graph';
import { filterProcessorFactory } from '../src/index.ts';

processorContract({
  factory: filterProcessorFactory,
  config: () => ({ spans: { exclude: { match_type: 'strict', span_names: ['nobody'] } } }),
  telemetry: sampleTelemetry,
});
