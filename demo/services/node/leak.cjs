// The fault `leak`: a cache of rendered pages that nobody empties, up to a limit.
const { isFaultOn } = require('./faults.cjs');

const LEAK_BYTES_MAX = 200 * 1024 * 1024;
const BYTES_A_REQUEST = 256 * 1024;
const BYTES_AN_ENTRY = 8;

const kept = [];
let keptBytes = 0;

/** Keeps a little more at every request while the fault is on; lets all go when it is off. */
function keepPage(log) {
  if (!isFaultOn('leak')) {
    if (keptBytes > 0) letGo();
    return;
  }
  if (keptBytes >= LEAK_BYTES_MAX) return;
  kept.push(new Array(BYTES_A_REQUEST / BYTES_AN_ENTRY).fill(Math.random()));
  keptBytes += BYTES_A_REQUEST;
  if (keptBytes >= LEAK_BYTES_MAX) log.warn({ entries: kept.length }, 'page cache is full');
}

/** V8 would give the memory back some day; whoever switches the fault off wants to see it now. */
function letGo() {
  kept.length = 0;
  keptBytes = 0;
  globalThis.gc?.();
}

module.exports = { keepPage };
