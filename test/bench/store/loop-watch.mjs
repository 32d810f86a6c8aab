// Preloaded into a gateway: writes the longest time its event loop was held, in milliseconds, when
// it ends, into the file that the environment names. The first signal starts the watch again.
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 1;
const file = process.env.SONDE_LOOP_WATCH;
const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
histogram.enable();
process.on('SIGUSR2', () => histogram.reset());
process.on('exit', () => {
  const milliseconds = (nanoseconds) => nanoseconds / 1e6;
  const held = { max: milliseconds(histogram.max), p99: milliseconds(histogram.percentile(99)) };
  if (file !== undefined) writeFileSync(file, JSON.stringify(held));
});
