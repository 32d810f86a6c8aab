import { env } from 'node:process';
import type { Logger, ProcessorFactory } from '@sonde/pipeline';
import { type ResourceDetectionConfig, resourceDetectionConfig } from './config.ts';
import { Detection } from './detection.ts';
import { ResourceDetectionProcessor } from './resource-detection-processor.ts';

/** One detection a configuration, whatever the number of pipelines with it. */
const DETECTIONS = new WeakMap<ResourceDetectionConfig, Detection>();

/** The processor `resource_detection`, whose old name is `resourcedetection`. */
export const resourceDetectionFactory: ProcessorFactory<ResourceDetectionConfig> = {
  kind: 'processor',
  type: 'resource_detection',
  aliases: ['resourcedetection'],
  config: resourceDetectionConfig,
  signals: { traces: 'beta', metrics: 'beta', logs: 'beta', profiles: 'alpha' },
  create: ({ logger, signal }, config, next) => {
    const detection = detectionOf(config, logger);
    const { override } = config;
    return new ResourceDetectionProcessor({ detection, override }, signal, next);
  },
};

function detectionOf(config: ResourceDetectionConfig, logger: Logger): Detection {
  const known = DETECTIONS.get(config) ?? new Detection(config, logger, env);
  DETECTIONS.set(config, known);
  return known;
}
