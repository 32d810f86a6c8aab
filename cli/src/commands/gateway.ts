import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type ConsoleLoggerOptions,
  createConsoleLogger,
  HttpSettingsSource,
  type Logger,
  runService,
  type SettingsSource,
  StaticSettingsSource,
} from '@sonde/pipeline';
import { COMPONENTS } from '../components.ts';
import { bridgeLogs } from '../own-telemetry/bridge-logs.ts';
import { startOwnTelemetry } from '../own-telemetry/own-telemetry.ts';
import { sayReady, untilStopped } from '../supervise/child-side.ts';

/** `sonde gateway`: runs the pipelines of Collector configuration until it is told to stop. */
export async function gateway(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: 'string', multiple: true },
      set: { type: 'string', multiple: true },
      'settings-url': { type: 'string' },
      'settings-folder': { type: 'string' },
      'own-telemetry': { type: 'string' },
      'metrics-endpoint': { type: 'string' },
    },
    strict: true,
  });
  const stop = untilStopped();
  const makeLogger = (logs: ConsoleLoggerOptions = {}): Logger =>
    bridgeLogs(createConsoleLogger(logs));
  const endTelemetry = startOwnTelemetry({
    serviceName: 'sonde-gateway',
    endpoint: values['own-telemetry'],
    metricsEndpoint: values['metrics-endpoint'],
  });
  try {
    await runService({
      configUris: values.config ?? [],
      sets: values.set ?? [],
      factories: COMPONENTS,
      env: process.env,
      makeLogger,
      settings: await openSettings(values['settings-url'], values['settings-folder'], makeLogger()),
      signal: stop,
      onReady: () => sayReady(),
    });
  } finally {
    await endTelemetry();
  }
}

async function openSettings(
  url: string | undefined,
  folder: string | undefined,
  logger: Logger,
): Promise<SettingsSource> {
  if (url === undefined) return new StaticSettingsSource();
  return HttpSettingsSource.open({ url, folder: folder ?? join('.sonde', 'settings'), logger });
}
