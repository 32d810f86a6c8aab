import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { insertSettings } from '@sonde/exporter-clickhouse';
import { createStoreClient, migrate } from '@sonde/store';
import { RenameKiller, straceMissing } from './rig/rename-killer.ts';
import { copyBundle } from './rig/rig.ts';
import { StoreUnderTest } from './rig/store-under-test.ts';

/**
 * `npm run drill -- renames`: kills the store at each rename of one insert of spans with all its
 * views (a part has its name by a rename, behind its token), starts it, sends the same block again and
 * compares what is in the table and in each view with an insert that nobody killed. Ends with 1 when
 * anything differs. Needs strace, and the right to trace.
 */
const RENAMES_MAX = 40;
const ROWS = 20;
const LATER = "toDateTime64('2026-11-27 10:00:00', 9, 'UTC') - toIntervalDay(number % 2)";
const COUNTS = `SELECT
  (SELECT count() FROM spans) AS spans,
  (SELECT toUInt64(sum(spans)) FROM red_1m) AS red_1m,
  (SELECT sum(spans) FROM trace_index) AS trace_index,
  (SELECT count() FROM (SELECT DISTINCT * FROM attribute_catalogue)) AS attribute_catalogue`;

/** Of both lives: two days and so two parts of the table and of each view. */
const INSERT = `INSERT INTO spans
  (tenant, timestamp, trace_id, span_id, service, name, duration_ns, attributes)
  SELECT 'default', ${LATER}, toFixedString(leftPad(toString(number % 5), 16, '0'), 16),
    toFixedString(leftPad(toString(number), 8, '0'), 8), 'drill', 'request', 1000,
    map('request', toString(number))
  FROM numbers(${ROWS})`;

/** Whether the store took it; undefined when it died of it. */
async function insert(store: StoreUnderTest): Promise<boolean | undefined> {
  const settings = new URLSearchParams({
    ...insertSettings('otlp_spans/0/0-20/spans'),
    deduplicate_insert_select: 'force_enable',
    database: 'sonde',
  });
  try {
    const response = await fetch(`${store.url}/?${settings}`, {
      method: 'POST',
      headers: { 'X-ClickHouse-User': 'internal', 'X-ClickHouse-Key': store.token },
      body: INSERT,
    });
    const text = await response.text();
    if (response.ok) return true;
    if (store.process.isRunning) console.log(text);
    return false;
  } catch {
    return undefined;
  }
}

/** Kills at the n-th rename of the insert; resolves with what is there after it came again. */
async function killAt(nth: number, bundle: string | undefined): Promise<[boolean, string]> {
  const directory = mkdtempSync(join(tmpdir(), 'sonde-renames-'));
  const store = await StoreUnderTest.create(directory, bundle);
  try {
    await store.process.start();
    const client = createStoreClient({ url: store.url, role: 'internal', token: store.token });
    await migrate(client);
    await client.close();
    await store.select('SYSTEM STOP MERGES');
    const killer = await RenameKiller.attach(store.process.pid, nth);
    const taken = await insert(store);
    if (taken === true) await killer.detach();
    else if (!(await store.process.ended(10_000))) throw new Error('refused, and still there');
    await killer.detach();
    if (taken !== true) await store.process.start();
    if ((await insert(store)) !== true) throw new Error('the block was not taken again');
    return [taken !== true, JSON.stringify((await store.select(COUNTS))[0])];
  } finally {
    await store.process.kill();
    rmSync(directory, { recursive: true, force: true });
  }
}

const missing = straceMissing();
if (missing !== undefined) {
  console.log(`skipped, ${missing}`);
  process.exit(0);
}
const { bundle, remove } = copyBundle();
const seen: string[] = [];
let reference: string | undefined;
try {
  for (let nth = 1; nth <= RENAMES_MAX && reference === undefined; nth += 1) {
    const [isKilled, counts] = await killAt(nth, bundle);
    console.log(`${isKilled ? `killed at rename ${nth}` : 'not killed'}: ${counts}`);
    if (isKilled) seen.push(counts);
    else reference = counts;
  }
} finally {
  remove();
}
const faults = seen.filter((counts) => counts !== reference).length;
console.log(`${seen.length} kills, ${faults} faults`);
process.exit(faults === 0 && reference !== undefined && seen.length > 0 ? 0 : 1);
