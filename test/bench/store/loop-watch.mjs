// Preloaded into a gateway: how long its event loop was held, in milliseconds, written into the file
// that the environment names when it ends. Each signal ends a phase: cold and measured ones take turns.
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 1;
const file = process.env.SONDE_LOOP_WATCH;
const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
const held = { cold: { max: 0, p99: 0 }, warm: { max: 0, p99: 0 } };
let phase = 'cold';

function endPhase() {
  const figures = held[phase];
  figures.max = Math.max(figures.max, histogram.max / 1e6);
  figures.p99 = Math.max(figures.p99, histogram.percentile(99) / 1e6);
  phase = phase === 'cold' ? 'warm' : 'cold';
  histogram.reset();
}

histogram.enable();
process.on('SIGUSR2', endPhase);
process.on('exit', () => {
  endPhase();
  if (file !== undefined) writeFileSync(file, JSON.stringify(held));
});
