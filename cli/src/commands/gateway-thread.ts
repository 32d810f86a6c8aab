import { metrics } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { runThread } from '@sonde/pipeline';
import { loadNamedComponents } from '../components.ts';
import { metricView } from '../own-telemetry/metric-view.ts';
import { ThreadMetricReader } from '../own-telemetry/thread-metrics.ts';
import type { GatewayThread } from './gateway.ts';
import { openSettings } from './open-settings.ts';

/** The program of a receiver's thread (`workers`); `sonde gateway` starts it. */
await runThread<GatewayThread>({
  factories: loadNamedComponents,
  settings: (own, logger) => openSettings(own.settings, logger),
  meterProvider: (own, { views }) => {
    const readers = [new ThreadMetricReader(own.metrics)];
    const provider = new MeterProvider({ readers, views: views.map(metricView) });
    metrics.setGlobalMeterProvider(provider);
    return provider;
  },
});
