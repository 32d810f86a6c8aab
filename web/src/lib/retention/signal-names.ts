import type { SignalStorage } from '@sonde/backend/api-contract';

/** As people call them. */
export const SIGNAL_NAMES: Readonly<Record<SignalStorage['signal'], string>> = {
  traces: 'traces',
  logs: 'logs',
  metrics: 'metric points',
  profiles: 'profiles',
  rollups: 'roll-ups',
  metricRollups: 'metric roll-ups',
};
