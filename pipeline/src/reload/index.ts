/** Replacing the configuration of a running service, and keeping the old one when that fails. */
export type { ReloadSource } from './reload-requests.ts';
export type { RunningTelemetry, TelemetryStarter } from './telemetry-slot.ts';
