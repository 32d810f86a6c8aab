import type { ExtensionFactory } from '@sonde/pipeline';
import { type HealthCheckConfig, HealthCheckConfigSchema } from './config.ts';
import { HealthCheck } from './health-check.ts';

export const healthCheckFactory: ExtensionFactory<HealthCheckConfig> = {
  kind: 'extension',
  type: 'health_check',
  config: HealthCheckConfigSchema,
  create: (_settings, config) => new HealthCheck(config),
};
