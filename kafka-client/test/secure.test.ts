import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KafkaOptions, rdKafkaLacks } from '@sonde/buffer';
import { nullMeansDefaults } from '@sonde/pipeline';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import {
  kafkaMissing,
  type ScratchBroker,
  startScratchBroker,
} from '../../scripts/lib/kafka-broker.mjs';
import { clientMissing, kafkaClientFields, LazyKafkaBuffer, toKafkaOptions } from '../src/index.ts';
import { CLIENTS } from './clients.ts';

const MISSING: string | undefined = kafkaMissing();
const LOGIN = { username: 'alice', password: 'alice-secret' } as const;
const CONFIG = nullMeansDefaults(z.strictObject(kafkaClientFields()));

let broker: ScratchBroker;
const directory = mkdtempSync(join(tmpdir(), 'sonde-kafka-secure-'));
const certFile = join(directory, 'broker.crt');
const keyFile = join(directory, 'broker.key');

/** Debian 12's librdkafka 2.0.2 has not what Kafka 4 wants. */
function hasScram(client: KafkaOptions['client']): boolean {
  return client === 'kafkajs' || rdKafkaLacks({ isScram: true }) === undefined;
}

function open(config: Readonly<Record<string, unknown>>): LazyKafkaBuffer {
  const parsed = CONFIG.parse({ brokers: broker.secureBrokers, ...config });
  const buffer = new LazyKafkaBuffer(async () => ({
    ...(await toKafkaOptions(parsed)),
    timeoutMs: 15_000,
  }));
  onTestFinished(() => buffer.close());
  return buffer;
}

async function append(lazy: LazyKafkaBuffer, topic: string): Promise<number> {
  const buffer = await lazy.open();
  await buffer.createTopic(topic, { partitions: 1 });
  return buffer.append(topic, 0, [{ value: Buffer.from('a'), headers: {}, timestampUnixMs: 1 }]);
}

describe.skipIf(!CLIENTS.includes('librdkafka'))('what librdkafka cannot do', () => {
  const missing = (config: Readonly<Record<string, unknown>>): string | undefined =>
    clientMissing(CONFIG.parse({ client: 'librdkafka', ...config }));

  it('is refused in words before anything starts', () => {
    expect(missing({})).toBeUndefined();
    expect(missing({ tls: { min_version: '1.3' } })).toContain('tls::min_version');
    expect(missing({ tls: { server_name_override: 'a' } })).toContain('server_name_override');
    const refused = missing({ auth: { sasl: { mechanism: 'SCRAM-SHA-256', ...LOGIN } } });
    if (hasScram('librdkafka')) expect(refused).toBeUndefined();
    else expect(refused).toMatch(/librdkafka \S+ sends a nonce .* take 2\.6\.1 or later/);
  });
});

describe.skipIf(MISSING !== undefined)(`a broker with TLS and SASL ${MISSING ?? ''}`, () => {
  beforeAll(async () => {
    const name = ['-subj', '/CN=broker', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const files = ['-keyout', keyFile, '-out', certFile];
    const how = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', ...how, ...name, ...files], { stdio: 'ignore' });
    const pems = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
    broker = await startScratchBroker(1, { ...pems, ...LOGIN });
  });

  afterAll(async () => {
    await broker?.end();
    rmSync(directory, { recursive: true, force: true });
  });

  it.each([
    ...CLIENTS.map((client) => ['PLAIN', client] as const),
    ...CLIENTS.filter(hasScram).flatMap((client) =>
      ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map((mechanism) => [mechanism, client] as const),
    ),
  ])('takes %s by %s', async (mechanism, client) => {
    const tls = { ca_file: certFile };
    const lazy = open({ client, tls, auth: { sasl: { mechanism, ...LOGIN } } });
    expect(await append(lazy, `${mechanism}-${client}`)).toBe(0);
  });

  it('takes plain_text, which is PLAIN', async () => {
    const lazy = open({ tls: { ca_file: certFile }, auth: { plain_text: LOGIN } });
    expect(await append(lazy, 'plain-text')).toBe(0);
  });

  it.each(['PLAIN', 'SCRAM-SHA-512'])('refuses a wrong password of %s', async (mechanism) => {
    const sasl = { mechanism, ...LOGIN, password: 'guessed' };
    const lazy = open({ tls: { ca_file: certFile }, auth: { sasl } });
    await expect(lazy.open()).rejects.toMatchObject({ code: 'BUFFER_IO' });
    await expect(lazy.open()).rejects.toThrow(/authentication/i);
  });

  it('is not believed without its authority, but where that is said', async () => {
    const auth = { plain_text: LOGIN };
    await expect(open({ tls: {}, auth }).open()).rejects.toThrow(/self-signed certificate/);
    const unchecked = open({ tls: { insecure_skip_verify: true }, auth });
    expect(await append(unchecked, 'unchecked')).toBe(0);
  });
});
