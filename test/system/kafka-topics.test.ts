import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { HEADERS, KafkaBuffer, TOPICS } from '@sonde/buffer';
import { freePort } from '@sonde/pipeline/test/free-port';
import { encodeRequest } from '@sonde/proto';
import { type SpawnedEngine, spawnEngine } from '@sonde/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  kafkaMissing,
  type ScratchBroker,
  startScratchBroker,
} from '../../scripts/lib/kafka-broker.mjs';
import { readProjectFile } from '../tidy/repository.ts';
import { pythonPath } from './peers.ts';
import { Role } from './role.ts';

const run = promisify(execFile);

const MISSING = kafkaMissing();
const NO_KCAT = spawnSync('kcat', ['-V']).status === 0 ? undefined : 'no kcat here';
const MODULES = 'import confluent_kafka, opentelemetry.proto.collector.logs.v1.logs_service_pb2';
const PYTHON = [pythonPath(), 'python3'].find(
  (path) => path !== undefined && spawnSync(path, ['-c', MODULES]).status === 0,
);
const NO_PYTHON = PYTHON === undefined ? 'no Python with confluent-kafka here' : undefined;
const TOKEN = 'token-of-a-test-of-topics';
const PARTITIONS = 4;
const DOCUMENT = readProjectFile('docs/topics.md');

let broker: ScratchBroker;
let engine: SpawnedEngine;
let streams: Role;
let streamsPort = 0;
const directory = mkdtempSync(join(tmpdir(), 'sonde-topics-'));

/** A code block of the page by the name behind its language, for the broker of this test. */
function example(name: string): string {
  const code = new RegExp(`^\`\`\`\\w+ ${name}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(DOCUMENT)?.[1];
  if (code === undefined) throw new Error(`docs/topics.md has no example ${name}`);
  return code
    .replaceAll('localhost:9092', broker.brokers[0] ?? '')
    .replaceAll('localhost:4320', `127.0.0.1:${streamsPort}`);
}

async function shell(name: string): Promise<string> {
  return (await run('sh', ['-c', example(name)], { timeout: 30_000 })).stdout;
}

async function statement(sql: string): Promise<string> {
  const response = await fetch(engine.url, {
    method: 'POST',
    headers: { 'X-ClickHouse-User': 'internal', 'X-ClickHouse-Key': TOKEN },
    body: sql,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

async function statements(name: string): Promise<void> {
  for (const sql of example(name).split(';\n')) if (sql.trim() !== '') await statement(sql);
}

/** A request of two lines in each partition. */
async function append(
  topic: string,
  { partitions, headers }: { partitions: number; headers: Record<string, string> },
): Promise<void> {
  const buffer = await KafkaBuffer.open({ brokers: broker.brokers });
  await buffer.createTopic(topic, { partitions });
  for (let partition = 0; partition < partitions; partition += 1) {
    const logRecords = ['first', 'second'].map((which) => ({
      body: { stringValue: `${which} line of ${partition}` },
    }));
    const value = encodeRequest('logs', { resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
    await buffer.append(topic, partition, [{ value, headers, timestampUnixMs: 1_750_000_000_000 }]);
  }
  await buffer.close();
}

/** zod reads no conditions, which say what the payload of a stream is. */
function envelopeSchema(): z.ZodType {
  const { allOf: _, ...envelope } = JSON.parse(readProjectFile('docs/streams.schema.json'));
  return z.fromJSONSchema(envelope);
}

describe('the schema of derived streams', () => {
  const schema = envelopeSchema();
  const message = z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(/^```json\n([\s\S]*?)^```/m.exec(DOCUMENT)?.[1] ?? ''));

  it('takes the example of the page', () => {
    expect(schema.safeParse(message).error).toBeUndefined();
  });

  it.each([{ stream: 'sonde.unknown' }, { version: 0 }, { tenant: '' }, { payload: 'text' }])(
    'refuses it with %j',
    (change) => {
      expect(schema.safeParse({ ...message, ...change }).success).toBe(false);
    },
  );
});

describe.skipIf(MISSING !== undefined)(`examples of docs/topics.md ${MISSING ?? ''}`, () => {
  beforeAll(async () => {
    broker = await startScratchBroker();
    engine = await spawnEngine({ directory, tokens: [{ role: 'internal', token: TOKEN }] });
    // As a gateway makes it: an example for one partition would show the lines of one.
    await append(TOPICS.logs, {
      partitions: PARTITIONS,
      headers: { [HEADERS.tenant]: 'acme', [HEADERS.items]: '2' },
    });
    const headers = { reason: 'no OTLP', code: 'INVALID_DATA' };
    await append(TOPICS.deadLetters, { partitions: 1, headers });
    const buffer = await KafkaBuffer.open({ brokers: broker.brokers });
    await buffer.createTopic('otlp_logs_json', { partitions: 1 });
    await buffer.close();
    streamsPort = await freePort();
    streams = new Role('streams.yaml', {
      sets: {
        'service::telemetry': '{metrics: {level: none}}',
        'receivers::otlp/streams::protocols::http::endpoint': `127.0.0.1:${streamsPort}`,
        'exporters::kafka/streams::brokers': `[${broker.brokers.join(',')}]`,
      },
    });
    await streams.start();
    await shell('stream-publish');
  });

  afterAll(async () => {
    await streams?.stop();
    await engine?.stop();
    await broker?.end();
    rmSync(directory, { recursive: true, force: true });
  });

  it.skipIf(NO_KCAT !== undefined)(`run in kcat ${NO_KCAT ?? ''}`, async () => {
    const messages = (await shell('kcat-read')).trimEnd().split('\n');
    expect(messages.length).toBe(PARTITIONS);
    for (const message of messages) {
      expect(message).toMatch(
        /^otlp_logs\/\d@0 {2}1750000000000 {2}\d+ bytes {2}tenant=acme,items=2$/,
      );
    }
    expect(await shell('kcat-dead-letters')).toBe('reason=no OTLP,code=INVALID_DATA\n');
    await shell('kcat-write');
    const lines = (await shell('stream-kcat')).trimEnd().split('\n');
    expect(lines.length).toBe(2);
    expect(new Set(lines).size).toBe(1);
    const [headers, envelope = ''] = lines[0]?.split('  ') ?? [];
    expect(headers).toBe('tenant=acme,schema=sonde.service_map/1');
    const schema = envelopeSchema();
    expect(schema.safeParse(JSON.parse(envelope)).error).toBeUndefined();
  });

  it.skipIf(NO_PYTHON !== undefined)(`run in Python ${NO_PYTHON ?? ''}`, async () => {
    const file = PYTHON ?? '';
    const { stdout } = await run(file, ['-c', example('python-read')], { timeout: 60_000 });
    const lines = Array.from({ length: PARTITIONS }, (_, partition) => [
      `acme 0 first line of ${partition}`,
      `acme 0 second line of ${partition}`,
    ]).flat();
    expect(stdout.trimEnd().split('\n').sort()).toEqual(lines.sort());
    const stream = await run(file, ['-c', example('stream-python')], { timeout: 60_000 });
    expect(stream.stdout).toBe("acme checkout>payment@1750000020000 {'calls': 42}\n");
  });

  it('run in ClickHouse, which keeps whole messages', async () => {
    await statements('clickhouse-raw');
    const query = 'SELECT tenant, items, length(message) > 20, toUnixTimestamp(received)';
    await expect
      .poll(() => statement(`${query} FROM otlp_logs_archive`), { timeout: 60_000 })
      .toBe('acme\t2\t1\t1750000000\n'.repeat(PARTITIONS));
  });

  it('run in ClickHouse, which keeps what was posted twice once', async () => {
    await statements('clickhouse-stream');
    const query = 'SELECT tenant, id, payload FROM service_map_minutes';
    await expect
      .poll(() => statement(`${query} FINAL`), { timeout: 60_000 })
      .toBe('acme\tcheckout>payment@1750000020000\t{"calls":42}\n');
  });

  it('run in ClickHouse, which takes JSON apart', async () => {
    const line = (text: string): object => ({ body: { stringValue: text } });
    const json = { resourceLogs: [{ scopeLogs: [{ logRecords: [line('a'), line('b')] }] }] };
    const buffer = await KafkaBuffer.open({ brokers: broker.brokers });
    const value = Buffer.from(JSON.stringify(json));
    const headers = { [HEADERS.tenant]: 'json' };
    await buffer.findTopic('otlp_logs_json');
    await buffer.append('otlp_logs_json', 0, [{ value, headers, timestampUnixMs: 1 }]);
    await buffer.close();
    await statements('clickhouse-json');
    await expect
      .poll(() => statement("SELECT body FROM log_lines WHERE tenant = 'json' ORDER BY body"), {
        timeout: 60_000,
      })
      .toBe('a\nb\n');
  });
});
