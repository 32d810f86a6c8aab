import type { IconName } from '../parts/icons.ts';

export interface Place {
  readonly path: string;
  readonly label: string;
  readonly icon: IconName;
  readonly key: string;
}

/** The pages of the left navigation, in order. */
export const PLACES: readonly Place[] = [
  { path: '/services', label: 'Services', icon: 'services', key: 'g s' },
  { path: '/map', label: 'Map', icon: 'map', key: 'g p' },
  { path: '/traces', label: 'Traces', icon: 'traces', key: 'g t' },
  { path: '/logs', label: 'Logs', icon: 'logs', key: 'g l' },
  { path: '/patterns', label: 'Patterns', icon: 'patterns', key: 'g k' },
  { path: '/metrics', label: 'Metrics', icon: 'metrics', key: 'g m' },
  { path: '/retention', label: 'Retention', icon: 'retention', key: 'g r' },
  { path: '/status', label: 'Status', icon: 'status', key: 'g x' },
];
