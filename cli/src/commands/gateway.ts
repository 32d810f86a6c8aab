import type { MessagePort } from 'node:worker_threads';
import {
  type ConsoleLoggerOptions,
  createConsoleLogger,
  type Logger,
  runService,
  type ThreadProgram,
} from '@sonde/pipeline';
import { BUILD_INFO } from '../build-info.ts';
import { bridgeLogs } from '../own-telemetry/bridge-logs.ts';
import { startOwnTelemetry } from '../own-telemetry/own-telemetry.ts';
import { ThreadMetrics } from '../own-telemetry/thread-metrics.ts';
import { hangups, sayReady, untilStopped } from '../supervise/child-side.ts';
import { CONFIG_FLAGS, configOptions } from './config-flags.ts';
import { openSettings, type SettingsPlace } from './open-settings.ts';
import { readFlags } from './read-flags.ts';

/** What each thread of a receiver is given. */
export interface GatewayThread {
  readonly settings: SettingsPlace;
  readonly metrics: MessagePort;
}

/**
 * `sonde gateway`: runs the pipelines of Collector configuration until it is told to stop; SIGHUP
 * reads the configuration again. Own telemetry is what `service.telemetry` says and no more.
 */
export function gateway(args: readonly string[]): Promise<void> {
  return runRole('sonde-gateway', args);
}

/**
 * `sonde process`: the same for the role behind Kafka. What it runs is its configuration's alone;
 * the name tells both apart in a list of processes and, as `service.name`, in own telemetry.
 */
export function processRole(args: readonly string[]): Promise<void> {
  return runRole('sonde-process', args);
}

async function runRole(serviceName: string, args: readonly string[]): Promise<void> {
  const { values } = readFlags(args, {
    ...CONFIG_FLAGS,
    'settings-url': {
      type: 'string',
      value: 'URL',
      about: 'where settings are polled from; without it there are none',
    },
    'settings-folder': {
      type: 'string',
      value: 'FOLDER',
      about: 'the last settings, for a start without the URL (default .sonde/settings)',
    },
  });
  const stop = untilStopped();
  const makeLogger = (logs: ConsoleLoggerOptions = {}): Logger =>
    bridgeLogs(createConsoleLogger(logs));
  const settings = { url: values['settings-url'], folder: values['settings-folder'] };
  const threads = new ThreadMetrics();
  await runService({
    ...configOptions(values),
    build: BUILD_INFO,
    makeLogger,
    startTelemetry: (config) => startOwnTelemetry(config, serviceName, [threads]),
    settings: await openSettings(settings, makeLogger()),
    threadProgram: threadProgram(settings, threads),
    reloads: hangups(),
    signal: stop,
    onReady: () => sayReady(),
  });
}

/** Beside this file: of the same name in a bundle, where it is a file of its own, and in sources. */
function threadProgram(settings: SettingsPlace, threads: ThreadMetrics): ThreadProgram {
  const file = import.meta.url.endsWith('.ts') ? './gateway-thread.ts' : './gateway-thread.js';
  return {
    url: new URL(file, import.meta.url),
    own: (index) => {
      const metrics = threads.open(index);
      const value: GatewayThread = { settings, metrics };
      return { value, transfer: [metrics] };
    },
  };
}
