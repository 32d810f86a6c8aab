import { join } from 'node:path';
import { type Capability, checkCapabilities } from '@sonde/ebpf-agent';
import {
  type ConsoleLoggerOptions,
  createConsoleLogger,
  runService,
  StaticSettingsSource,
} from '@sonde/pipeline';
import { BUILD_INFO } from '../build-info.ts';
import { bridgeLogs } from '../own-telemetry/bridge-logs.ts';
import { startOwnTelemetry } from '../own-telemetry/own-telemetry.ts';
import { projectRoot } from '../project-root.ts';
import { hangups, sayReady, untilStopped } from '../supervise/child-side.ts';
import { CONFIG_FLAGS, configOptions } from './config-flags.ts';
import { readFlags } from './read-flags.ts';

/**
 * `sonde agent`: the engine with `deploy/config/agent.yaml`, or other configuration, sending what it
 * sees of this host as OTLP. `--check` says what the host allows, a line a feature, and ends.
 */
export async function agent(args: readonly string[]): Promise<void> {
  const { values } = readFlags(args, {
    ...CONFIG_FLAGS,
    check: {
      type: 'boolean',
      default: false,
      value: '',
      about: 'try what this host allows, say it, run nothing',
    },
  });
  if (values.check) {
    report(checkCapabilities());
    return;
  }
  const config = values.config ?? [join(projectRoot(), 'deploy', 'config', 'agent.yaml')];
  await runService({
    ...configOptions({ ...values, config }),
    build: BUILD_INFO,
    makeLogger: (logs: ConsoleLoggerOptions = {}) => bridgeLogs(createConsoleLogger(logs)),
    startTelemetry: (telemetry) => startOwnTelemetry(telemetry, 'sonde-agent'),
    settings: new StaticSettingsSource(),
    reloads: hangups(),
    signal: untilStopped(),
    onReady: () => sayReady(),
  });
}

/** Exit code 1 when something that the agent cannot do without is off. */
function report(capabilities: readonly Capability[]): void {
  process.stdout.write(formatCapabilities(capabilities));
  if (capabilities.some(({ reason, isOptional }) => reason !== undefined && !isOptional)) {
    process.exitCode = 1;
  }
}

/** A line a feature: on and what it gives, or off and why. */
export function formatCapabilities(capabilities: readonly Capability[]): string {
  const width = Math.max(...capabilities.map(({ feature }) => feature.length));
  return capabilities
    .map(({ feature, gives, reason, isOptional }) => {
      const state = reason === undefined ? 'on ' : 'off';
      const optional = isOptional ? ' (optional)' : '';
      return `${state}  ${feature.padEnd(width)}  ${reason ?? gives}${reason === undefined ? '' : optional}\n`;
    })
    .join('');
}
