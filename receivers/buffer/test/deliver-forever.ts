/**
 * A process to be killed: appends requests to the log in argv[2] and delivers them to a store, the
 * file argv[3], until argv[4] requests are acknowledged; then it ends when all are delivered.
 *
 * Each batch is one line of the store's file, written at once: `<from> <to> <bodies...>`, as an
 * insert is one block under one token. Says `a <offset> <body>` for each acknowledged request.
 */
import { writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { openSharedLog, TOPICS } from '@sonde/buffer';
import {
  createConsoleLogger,
  SondeError,
  StaticSettingsSource,
  type Telemetry,
} from '@sonde/pipeline';
import { LogColumns } from '@sonde/proto';
import { bufferReceiverConfig, bufferReceiverFactory } from '../src/index.ts';
import { recordOf } from './log-record.ts';
import { logsRequest } from './log-requests.ts';

const [, , directory = '', storePath = '', wanted = '0', round = ''] = process.argv;

const store = await open(storePath, 'a');
let calls = 0;

const next = {
  async consume(telemetry: Telemetry): Promise<void> {
    const { source, requests } = telemetry;
    if (source === undefined) throw new Error('a batch without its range');
    if (!(telemetry.columns() instanceof LogColumns)) throw new Error('no log columns');
    calls += 1;
    // Some answers get lost: the store has the rows and the pipeline hears of a failure.
    const bodies = requests.map(({ bytes }) => Buffer.from(bytes).toString('latin1').slice(-12));
    await store.write(`${source.from} ${source.to} ${bodies.join(' ')}\n`);
    if (calls % 7 === 0) throw new SondeError('UNAVAILABLE', 'the answer got lost');
  },
};

const settings = {
  id: 'buffer',
  logger: createConsoleLogger({ level: 'error' }),
  configVersion: 'config-1',
  settings: new StaticSettingsSource(),
};
const config = bufferReceiverConfig.parse({
  directory,
  batch: { items_max: 1 + (Number(round) % 9), timeout: '1ms' },
  retry: { initial_interval: '1ms', max_interval: '2ms' },
});
const { log } = await openSharedLog(directory);
await log.createTopic(TOPICS.logs, { partitions: 1 });
const receiver = bufferReceiverFactory.create(settings, config, { logs: next });
await receiver.start({
  extension: () => undefined,
  authenticator: () => {
    throw new Error('there are no extensions here');
  },
  reportStatus: ({ state }) => {
    if (state === 'fatal') process.exit(1);
  },
  serviceStatus: () => ({ phase: 'ready', readySinceUnixMs: 0, components: new Map() }),
  serviceOutline: () => ({
    build: { command: 'sonde', description: 'Sonde under test', version: '0' },
    startedUnixMs: 0,
    pipelines: [],
    extensions: [],
    gates: new Set(),
  }),
});

let acknowledged = 0;
for (let count = 0; acknowledged < Number(wanted); count += 1) {
  const bodies = Array.from({ length: 1 + (count % 4) }, (_, index) =>
    `${round}-${count}-${index}`.padStart(12, '.'),
  );
  const offset = await log.append(
    TOPICS.logs,
    0,
    bodies.map((body) => recordOf(logsRequest(body))),
  );
  for (const [index, body] of bodies.entries()) writeSync(1, `a ${offset + index} ${body}\n`);
  acknowledged += bodies.length;
}
const end = log.state().find(({ topic }) => topic === TOPICS.logs)?.endOffset ?? 0;
const committed = (): number =>
  log.state().find(({ topic }) => topic === TOPICS.logs)?.groups['store'] ?? 0;
while (committed() < end) await new Promise((resolve) => setImmediate(resolve));
await receiver.shutdown(new AbortController().signal);
process.exit(0);
