import { parentPort, workerData } from 'node:worker_threads';
import type { MeterProvider } from '@opentelemetry/api';
import { loadConfig } from '../config/load-config.ts';
import { PositionIndex } from '../config/position.ts';
import { reviveConfig } from '../config/revive-config.ts';
import type { OwnMetricsConfig } from '../config/telemetry-metrics.ts';
import { sliceOfReceiver } from '../graph/reached-pipelines.ts';
import type { Logger } from '../logger.ts';
import { factoriesFor, type ReadConfigOptions } from '../read-config.ts';
import { Service } from '../service.ts';
import type { SettingsSource } from '../settings/settings-source.ts';
import { ThreadLogger } from './thread-logger.ts';
import { type FromThread, STOP, type ThreadData } from './thread-messages.ts';

/** `Own`: what the distribution gave the thread (`ThreadProgram`). */
export interface RunThreadOptions<Own> {
  readonly factories: ReadConfigOptions['factories'];
  readonly settings: (own: Own, logger: Logger) => Promise<SettingsSource>;
  readonly meterProvider: (own: Own, config: OwnMetricsConfig) => MeterProvider;
}

/**
 * The whole life of a thread that `ThreadedReceiver` starts: runs its slice of the configuration
 * until it is told to stop, then ends the thread.
 */
export async function runThread<Own>(options: RunThreadOptions<Own>): Promise<void> {
  const data: ThreadData<Own> = workerData;
  const tell = (message: FromThread): void => parentPort?.postMessage(message);
  try {
    const told = new Promise<typeof STOP>((resolve) => {
      parentPort?.on('message', () => resolve(STOP));
    });
    const service = await makeService(options, data, tell);
    await service.start();
    tell({ kind: 'ready' });
    const end = await Promise.race([told, service.fatal]);
    await service.shutdown();
    // Its status has told the first thread already.
    process.exit(end === STOP ? 0 : 1);
  } catch (error) {
    tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    process.exit(1);
  }
}

async function makeService<Own>(
  { factories, settings, meterProvider }: RunThreadOptions<Own>,
  data: ThreadData<Own>,
  tell: (message: FromThread) => void,
): Promise<Service> {
  const { receiver, gates, index, count, port, own } = data;
  const logger = new ThreadLogger((level, message, fields) =>
    tell({ kind: 'line', level, message, fields }),
  );
  const resolved = { root: reviveConfig(data.root), positions: new PositionIndex() };
  const whole = loadConfig(resolved, { factories: await factoriesFor(resolved, factories), gates });
  return new Service({
    config: sliceOfReceiver(whole, receiver),
    logger,
    settings: await settings(own, logger),
    meterProvider: meterProvider(own, whole.telemetry.metrics),
    thread: { index, count, port },
    onStatus: (component, { state, error }) =>
      tell({ kind: 'status', component, state, message: error?.message }),
  });
}
