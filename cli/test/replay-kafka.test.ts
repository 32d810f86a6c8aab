import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KafkaBuffer, TOPICS } from '@sonde/buffer';
import { packer } from '@sonde/kafka-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  kafkaMissing,
  type ScratchBroker,
  startScratchBroker,
} from '../../scripts/lib/kafka-broker.mjs';
import { projectRoot } from '../src/project-root.ts';
import { LETTER_HEADERS } from './dead-letter.ts';

const MISSING: string | undefined = kafkaMissing();
const LOGIN = { username: 'alice', password: 'alice-secret' } as const;

let broker: ScratchBroker;
const directory = mkdtempSync(join(tmpdir(), 'sonde-replay-kafka-'));
const certFile = join(directory, 'broker.crt');
const configFile = join(directory, 'process.yaml');

/** The built command, as `npm test` has it. */
function replay(...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const main = join(projectRoot(), 'cli/dist/sonde.js');
  const env = { ...process.env, KAFKA_PASSWORD: LOGIN.password };
  return new Promise((resolve) => {
    execFile(process.execPath, [main, 'replay', ...args], { env }, (_error, stdout, stderr) =>
      resolve({ stdout, stderr }),
    );
  });
}

describe.skipIf(MISSING !== undefined)(`sonde replay on Kafka ${MISSING ?? ''}`, () => {
  beforeAll(async () => {
    const keyFile = join(directory, 'broker.key');
    const name = ['-subj', '/CN=broker', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const how = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
    const files = ['-keyout', keyFile, '-out', certFile];
    execFileSync('openssl', ['req', ...how, ...name, ...files], { stdio: 'ignore' });
    const pems = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
    broker = await startScratchBroker(1, { ...pems, ...LOGIN });
    writeFileSync(
      configFile,
      `receivers:
  kafka:
    brokers: [${broker.secureBrokers.join(',')}]
    tls: {ca_file: ${certFile}}
    auth: {sasl: {mechanism: SCRAM-SHA-256, username: alice, password: "\${env:KAFKA_PASSWORD}"}}
exporters: {nop: }
service: {pipelines: {logs: {receivers: [kafka], exporters: [nop]}}}
`,
    );
    const { brokers } = broker;
    const buffer = await KafkaBuffer.open({ brokers, packer, compression: 'zstd' });
    await buffer.createTopic(TOPICS.logs, { partitions: 1 });
    await buffer.createTopic(TOPICS.deadLetters, { partitions: 1 });
    const value = Buffer.from('request '.repeat(100));
    await buffer.append(TOPICS.deadLetters, 0, [
      { value, headers: LETTER_HEADERS, timestampUnixMs: 1 },
    ]);
    await buffer.close();
  });

  afterAll(async () => {
    await broker?.end();
    rmSync(directory, { recursive: true, force: true });
  });

  it('reads letters that were packed by who wrote them', async () => {
    const { stdout, stderr } = await replay('--brokers', broker.brokers.join(','));
    expect(stderr).toBe('');
    expect(stdout).toContain('Dead letters that wait: 1');
  });

  it('logs in as the configuration of a gateway does, and puts back once', async () => {
    const first = await replay('--config', configFile, '--apply');
    expect(first).toMatchObject({ stderr: '' });
    expect(first.stdout).toContain('Put back: 1.');
    expect((await replay('--config', configFile, '--apply')).stdout).toContain('Put back: 0.');
  });

  it('puts back items that were too large for a message, where their topics take them', async () => {
    const { brokers } = broker;
    const narrow = await KafkaBuffer.open({ brokers, recordBytesMax: 50_000 });
    await narrow.createTopic('narrow', { partitions: 2 });
    await narrow.close();
    const buffer = await KafkaBuffer.open({ brokers });
    await buffer.createTopic('wide', { partitions: 2 });
    const value = Buffer.alloc(1_500_000, 7);
    for (const topic of ['narrow', 'wide']) {
      const headers = { code: 'TOO_LARGE', reason: 'too large', topic, partition: '1' };
      await buffer.append(TOPICS.deadLetters, 0, [{ value, headers, timestampUnixMs: 1 }]);
    }
    const apply = ['--brokers', brokers.join(','), '--reason', 'TOO_LARGE', '--apply'];
    const first = await replay(...apply);
    expect(first.stdout).toContain('Put back: 1.');
    expect(first.stdout).toContain('1 stay: their topics take no messages so large.');
    expect((await replay(...apply)).stdout).toContain('that wait: 1; put back before: 1.');
    const reader = await buffer.openReader('test', 'wide', 1);
    const records = await reader.read(0, { bytesMax: 1 << 22, recordsMax: 10, waitMs: 5000 });
    expect(records.map((record) => record.value.length)).toEqual([1_500_000]);
    await buffer.close();
  }, 60_000);

  it('puts back once when two are called together, or one is killed', async () => {
    const { brokers } = broker;
    const buffer = await KafkaBuffer.open({ brokers });
    await buffer.createTopic('twice', { partitions: 1 });
    const letters = Array.from({ length: 500 }, (_, offset) => ({
      value: Buffer.alloc(2000, 1),
      headers: { ...LETTER_HEADERS, reason: 'twice', topic: 'twice', offset: `${offset}` },
      timestampUnixMs: 1,
    }));
    await buffer.append(TOPICS.deadLetters, 0, letters);
    const apply = ['--brokers', brokers.join(','), '--reason', 'twice', '--apply'];
    const main = join(projectRoot(), 'cli/dist/sonde.js');
    const killed = spawn(process.execPath, [main, 'replay', ...apply], { stdio: 'ignore' });
    // In the middle of it, when some letters lie in their topic.
    const reader = await buffer.openReader('test', 'twice', 0);
    const read = { bytesMax: 1 << 24, recordsMax: 1000 };
    while ((await reader.read(0, { ...read, waitMs: 5000 })).length === 0);
    killed.kill('SIGKILL');
    const both = await Promise.all([replay(...apply), replay(...apply)]);
    expect(both.map(({ stderr }) => stderr)).toEqual(['', '']);
    expect(both.map(({ stdout }) => /Put back: (\d+)/.exec(stdout)?.[1] === '0').sort()).toEqual([
      false,
      true,
    ]);
    const seen: number[] = [];
    for (;;) {
      const some = await reader.read(seen.length, { ...read, waitMs: 0 });
      if (some.length === 0) break;
      seen.push(...some.map(({ headers }) => Number(headers['replay_of']?.split('/').at(-1))));
    }
    expect(seen.sort((one, other) => one - other)).toEqual(letters.map((_, index) => index));
    await buffer.close();
  }, 90_000);

  it('refuses a configuration without Kafka in words', async () => {
    const none =
      'yaml:{receivers: {nop: }, exporters: {nop: }, service: {pipelines: {logs: {receivers: [nop], exporters: [nop]}}}}';
    const { stderr } = await replay('--config', none);
    expect(stderr).toContain('neither a receiver nor an exporter kafka');
  });
});
