import type { ServicesResponse } from '@sonde/backend/api-contract';
import { Loadable } from '../api/loadable.svelte.ts';
import { fetchServices } from '../api/requests.ts';
import { serverNow } from '../api/server-clock.ts';
import { timeRange } from '../location/here.svelte.ts';
import { resolveRange } from '../location/time-range.ts';

/** The services of the time range in the URL. Create it while a component initializes. */
export function serviceList(): Loadable<ServicesResponse> {
  return new Loadable(() => {
    const asked = timeRange();
    return {
      key: JSON.stringify(asked),
      run: (signal) => {
        const { fromMs, toMs } = resolveRange(asked, serverNow());
        return fetchServices({ from: fromMs, to: toMs }, signal);
      },
    };
  });
}
