import { join } from 'node:path';
import {
  type ConsoleLoggerOptions,
  createConsoleLogger,
  HttpSettingsSource,
  type Logger,
  runService,
  type SettingsSource,
  StaticSettingsSource,
} from '@sonde/pipeline';
import { BUILD_INFO } from '../build-info.ts';
import { bridgeLogs } from '../own-telemetry/bridge-logs.ts';
import { startOwnTelemetry } from '../own-telemetry/own-telemetry.ts';
import { hangups, sayReady, untilStopped } from '../supervise/child-side.ts';
import { CONFIG_FLAGS, configOptions } from './config-flags.ts';
import { readFlags } from './read-flags.ts';

/**
 * `sonde gateway`: runs the pipelines of Collector configuration until it is told to stop; SIGHUP
 * reads the configuration again. Own telemetry is what `service.telemetry` says and no more.
 */
export async function gateway(args: readonly string[]): Promise<void> {
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
  await runService({
    ...configOptions(values),
    build: BUILD_INFO,
    makeLogger,
    startTelemetry: (config) => startOwnTelemetry(config, 'sonde-gateway'),
    settings: await openSettings(values['settings-url'], values['settings-folder'], makeLogger()),
    reloads: hangups(),
    signal: stop,
    onReady: () => sayReady(),
  });
}

async function openSettings(
  url: string | undefined,
  folder: string | undefined,
  logger: Logger,
): Promise<SettingsSource> {
  if (url === undefined) return new StaticSettingsSource();
  return HttpSettingsSource.open({ url, folder: folder ?? join('.sonde', 'settings'), logger });
}
