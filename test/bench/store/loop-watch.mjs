// Preloaded into a gateway: how long its event loop was held, in milliseconds, written into the file
// that the environment names when it ends. Looking costs a fifth of what a quiet gateway takes, so that
// it is not done while CPU is measured. Each signal begins the next phase.
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 1;
/** In turn, beginning with the first; nothing is looked at in those that are undefined. */
const PHASES = [undefined, 'cold', undefined, 'warm'];
const file = process.env.SONDE_LOOP_WATCH;
const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
const held = { cold: { max: 0, p99: 0 }, warm: { max: 0, p99: 0 } };
let turn = 0;

function endPhase() {
  const figures = held[PHASES[turn]];
  if (figures !== undefined) {
    histogram.disable();
    figures.max = Math.max(figures.max, histogram.max / 1e6);
    figures.p99 = Math.max(figures.p99, histogram.percentile(99) / 1e6);
    histogram.reset();
  }
  turn = (turn + 1) % PHASES.length;
  if (PHASES[turn] !== undefined) histogram.enable();
}

process.on('SIGUSR2', endPhase);
process.on('exit', () => {
  endPhase();
  if (file !== undefined) writeFileSync(file, JSON.stringify(held));
});
