import type { IconName } from '../parts/icons.ts';

export interface Place {
  readonly path: string;
  readonly label: string;
  readonly icon: IconName;
  readonly key: string;
  /** Left out of the navigation where it is narrow: another page leads there. */
  readonly isWideOnly?: boolean;
}

/** The pages of the left navigation, in order. */
export const PLACES: readonly Place[] = [
  { path: '/services', label: 'Services', icon: 'services', key: 'g s' },
  { path: '/map', label: 'Map', icon: 'map', key: 'g p' },
  { path: '/traces', label: 'Traces', icon: 'traces', key: 'g t' },
  { path: '/logs', label: 'Logs', icon: 'logs', key: 'g l' },
  { path: '/patterns', label: 'Patterns', icon: 'patterns', key: 'g k' },
  { path: '/metrics', label: 'Metrics', icon: 'metrics', key: 'g m' },
  { path: '/coverage', label: 'Coverage', icon: 'coverage', key: 'g c', isWideOnly: true },
  { path: '/retention', label: 'Retention', icon: 'retention', key: 'g r', isWideOnly: true },
  { path: '/status', label: 'Status', icon: 'status', key: 'g x' },
];
