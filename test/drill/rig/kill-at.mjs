/**
 * Loaded before a process of Sonde (`node --import`) by drills alone: kills it when it comes to a
 * moment for the n-th time. `SONDE_DRILL_KILL_AT` is `<moment>=<n>`.
 *
 * Moments: the channels `sonde.*` (`MOMENTS` of @sonde/buffer and @sonde/delivery), and what is seen
 * of inserts in Node's own channels of HTTP clients.
 */
import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';

const [moment = '', times = '1'] = (process.env.SONDE_DRILL_KILL_AT ?? '').split('=');
let left = Number(times);
let lastRange = '';
let lastTable = '';

function arrive() {
  left -= 1;
  if (left > 0) return;
  writeSync(2, `killed at ${moment}\n`);
  process.kill(process.pid, 'SIGKILL');
}

/** The token of an insert (`topic/partition/from-to/table`); undefined of another request. */
function tokenOf({ request }) {
  return new URL(request.path, 'http://store').searchParams.get('insert_deduplication_token');
}

/** Whether `token` is of another table than the insert before, and of the same range. */
function isNextTable(token) {
  const cut = token.lastIndexOf('/');
  const [range, table] = [token.slice(0, cut), token.slice(cut + 1)];
  const isNext = range === lastRange && table !== lastTable;
  [lastRange, lastTable] = [range, table];
  return isNext;
}

const OF_INSERTS = {
  /** The insert's last byte went to the kernel: the store may have it or not. */
  'insert.sent': ['http.client.request.start', (token) => token !== null],
  /** The store has the rows; the exporter has not seen the answer. */
  'insert.answered': ['http.client.response.finish', (token) => token !== null],
  /** One table has the batch, the next one may have it or not. */
  'insert.next_table': [
    'http.client.request.start',
    (token) => token !== null && isNextTable(token),
  ],
  /** Any statement of a client: those of a migration, in the store's process. */
  statement: ['http.client.request.start', () => true],
};

if (moment !== '') {
  const [channel, isIt] = OF_INSERTS[moment] ?? [moment, () => true];
  const isOfInserts = moment in OF_INSERTS;
  subscribe(channel, (message) => {
    if (isIt(isOfInserts ? tokenOf(message) : null)) arrive();
  });
}
