// Which faults are on: one name a line in a file that `npm run demo -- fault` writes.
const { readFileSync } = require('node:fs');

const KEEP_MS = 300;

let names = new Set();
let readAt = 0;

/** Whether a fault is on; knows of a switch within `KEEP_MS`. */
function isFaultOn(name) {
  const now = Date.now();
  if (now - readAt > KEEP_MS) {
    readAt = now;
    names = readNames();
  }
  return names.has(name);
}

function readNames() {
  try {
    return new Set(readFileSync(process.env.SHOP_FAULTS_FILE ?? '', 'utf8').split('\n'));
  } catch (error) {
    if (error.code === 'ENOENT') return new Set();
    throw error;
  }
}

module.exports = { isFaultOn };
