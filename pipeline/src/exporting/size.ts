import type { Telemetry } from '../telemetry.ts';

export type Sizer = 'requests' | 'items' | 'bytes';

/** How much of a queue or batch a batch of telemetry takes. */
export function sizeOf(telemetry: Telemetry, sizer: Sizer): number {
  if (sizer === 'requests') return 1;
  return sizer === 'items' ? telemetry.itemCount : telemetry.byteCount;
}
