// telemetrygen: OpenTelemetry's load generator, that a test runs as a client.
import { goToolPath, setupGoTool } from './go-tool.mjs';

const TELEMETRYGEN = {
  name: 'telemetrygen',
  version: 'v0.161.0',
  module: 'github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen',
};

/** Its path, whether or not it exists yet. */
export function telemetrygenPath() {
  return goToolPath(TELEMETRYGEN);
}

/** Builds it where it is missing; returns its path, or undefined where that cannot be done. */
export function setupTelemetrygen() {
  return setupGoTool(TELEMETRYGEN);
}
