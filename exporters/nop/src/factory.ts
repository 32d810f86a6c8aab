import { type ExporterFactory, nullMeansDefaults } from '@sonde/pipeline';
import { z } from 'zod';

export type NopConfig = Readonly<Record<string, never>>;

/** The exporter `nop`: takes everything and does nothing. */
export const nopExporterFactory: ExporterFactory<NopConfig> = {
  kind: 'exporter',
  type: 'nop',
  config: nullMeansDefaults(z.strictObject({})),
  signals: { traces: 'beta', metrics: 'beta', logs: 'beta', profiles: 'alpha' },
  create: () => ({
    start: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
    consume: () => Promise.resolve(),
  }),
};
