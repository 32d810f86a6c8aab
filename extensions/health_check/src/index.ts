/**
 * Extension `health_check`: beside the path of the data.
 *
 * In: probes over HTTP. Out: 200 while the service is ready and whole, 503 otherwise.
 * Never: telemetry, secrets, error texts.
 */
export { type HealthCheckConfig, HealthCheckConfigSchema } from './config.ts';
export { healthCheckFactory } from './factory.ts';
export { HealthCheck } from './health-check.ts';
