import {
  AggregationType,
  createAllowListAttributesProcessor,
  createDenyListAttributesProcessor,
  type ViewOptions,
} from '@opentelemetry/sdk-metrics';
import type { MetricViewConfig } from '@sonde/pipeline';

/** A view as the SDK takes it. */
export function metricView(config: MetricViewConfig): ViewOptions {
  const { instrumentName, meterName, name, description, includedKeys, excludedKeys } = config;
  const attributesProcessors = [
    ...(includedKeys === undefined ? [] : [createAllowListAttributesProcessor([...includedKeys])]),
    ...(excludedKeys === undefined ? [] : [createDenyListAttributesProcessor([...excludedKeys])]),
  ];
  return {
    ...(instrumentName === undefined ? {} : { instrumentName }),
    ...(meterName === undefined ? {} : { meterName }),
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(attributesProcessors.length === 0 ? {} : { attributesProcessors }),
    ...(config.drop ? { aggregation: { type: AggregationType.DROP } } : {}),
  };
}
