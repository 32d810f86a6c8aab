import { nullMeansDefaults, type ReceiverFactory } from '@sonde/pipeline';
import { z } from 'zod';

export type NopConfig = Readonly<Record<string, never>>;

/** The receiver `nop`: never receives anything. */
export const nopReceiverFactory: ReceiverFactory<NopConfig> = {
  kind: 'receiver',
  type: 'nop',
  config: nullMeansDefaults(z.strictObject({})),
  signals: { traces: 'beta', metrics: 'beta', logs: 'beta', profiles: 'alpha' },
  create: () => ({
    start: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  }),
};
