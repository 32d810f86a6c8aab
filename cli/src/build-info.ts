import type { BuildInfo } from '@sonde/pipeline';
import { VERSION } from './version.ts';

/** What this command calls itself. */
export const BUILD_INFO: BuildInfo = {
  command: 'sonde',
  description: 'Sonde: OpenTelemetry in, what is wrong and why out',
  version: VERSION,
};
