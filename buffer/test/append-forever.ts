/**
 * A process to be killed: appends to the log in argv[2] without end, several appends at once, and
 * says on standard output what was acknowledged: `a <offset> <text>` and `c <committed position>`.
 */
import { writeSync } from 'node:fs';
import { intentOf, textRecord } from '../src/contract-suite.ts';
import { EmbeddedLog } from '../src/index.ts';

const [, , directory = '', topic = '', round = ''] = process.argv;
const APPENDERS = 4;

const log = await EmbeddedLog.open(directory);
await log.createTopic(topic, { partitions: 1 });
log.setLimits(topic, { segmentBytes: 64 * 1024 });

async function appendForever(appender: number): Promise<never> {
  for (let count = 0; ; count += 1) {
    const texts = Array.from({ length: 1 + (count % 3) }, (_, index) =>
      `${round}-${appender}-${count}-${index}-`.padEnd(20 + ((count * 977) % 9000), 'x'),
    );
    const offset = await log.append(topic, 0, texts.map(textRecord));
    for (const [index, text] of texts.entries()) {
      writeSync(1, `a ${offset + index} ${text.slice(0, 20)}\n`);
    }
  }
}

async function commitForever(): Promise<never> {
  const reader = await log.openReader('store', topic, 0);
  const pending = reader.pendingIntent();
  if (pending !== undefined) await reader.commit(pending.to);
  for (;;) {
    const from = reader.position();
    const records = await reader.read(from, { bytesMax: 50_000, recordsMax: 10, waitMs: 60_000 });
    const to = (records.at(-1)?.offset ?? from) + 1;
    await reader.begin(intentOf(from, to));
    writeSync(1, `b ${from} ${to}\n`);
    await reader.commit(to);
    writeSync(1, `c ${to}\n`);
  }
}

const appenders = Array.from({ length: APPENDERS }, (_, appender) => appendForever(appender));
await Promise.all([...appenders, commitForever()]);
