import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { StreamMessage } from '../src/streams/stream-message.ts';
import { StreamPublisher } from '../src/streams/stream-publisher.ts';

/** zod reads no conditions, which say what the payload of a stream is. */
const { allOf: _, ...ENVELOPE } = JSON.parse(
  readFileSync(new URL('../../docs/streams.schema.json', import.meta.url), 'utf8'),
);
const SCHEMA = z.fromJSONSchema(ENVELOPE);
const Text = z.object({ key: z.string(), value: z.object({ stringValue: z.string() }) });
const Body = z.object({
  resourceLogs: z.array(
    z.object({
      resource: z.object({ attributes: z.array(Text) }),
      scopeLogs: z.array(
        z.object({
          logRecords: z.array(
            z.object({ body: z.object({ bytesValue: z.string() }), attributes: z.array(Text) }),
          ),
        }),
      ),
    }),
  ),
});

interface Posted {
  readonly stream: string | undefined;
  readonly envelopes: readonly unknown[];
  readonly attributes: readonly Readonly<Record<string, string>>[];
}

let server: Server;
let endpoint: string;
let posted: Posted[];
let answer: { status: number; headers: Record<string, string>; body: string };

function readBody(text: string): Posted {
  const [logs] = Body.parse(JSON.parse(text)).resourceLogs;
  const records = logs?.scopeLogs[0]?.logRecords ?? [];
  return {
    stream: logs?.resource.attributes[0]?.value.stringValue,
    envelopes: records.map(({ body }) =>
      JSON.parse(Buffer.from(body.bytesValue, 'base64').toString()),
    ),
    attributes: records.map(({ attributes }) =>
      Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue])),
    ),
  };
}

function message(change: Partial<StreamMessage> = {}): StreamMessage {
  return {
    stream: 'sonde.service_map',
    version: 1,
    tenant: 'acme',
    id: 'checkout>payment@60000',
    key: ['checkout', 'payment'],
    time: 60_000,
    windowMs: 60_000,
    payload: { calls: 42 },
    ...change,
  };
}

beforeEach(async () => {
  posted = [];
  answer = { status: 200, headers: {}, body: '{}' };
  server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      text += chunk;
    });
    request.once('end', () => {
      posted.push(readBody(text));
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe('messages of a derived stream', () => {
  it('are posted as records whose bodies are envelopes of the schema', async () => {
    const source = { topic: 'otlp_logs', partition: 0, from: 3, to: 7 };
    await new StreamPublisher({ endpoint }).publish([message(), message({ source })]);
    const [request, ...others] = posted;
    expect(others).toEqual([]);
    expect(request?.stream).toBe('sonde.service_map');
    for (const envelope of request?.envelopes ?? []) {
      expect(SCHEMA.safeParse(envelope).error).toBeUndefined();
    }
    expect(request?.envelopes[1]).toMatchObject({ source, payload: { calls: 42 } });
    expect(request?.envelopes[0]).not.toHaveProperty('key');
    expect(request?.attributes[0]).toEqual({
      'sonde.key': 'acme\u0000checkout\u0000payment',
      tenant: 'acme',
      schema: 'sonde.service_map/1',
    });
  });

  it('are divided by stream, by number and by size, in order', async () => {
    const many = Array.from({ length: 1001 }, (_, index) => message({ id: `${index}` }));
    const large = { text: 'x'.repeat(3_000_000) };
    const others = ['a', 'b'].map((id) =>
      message({ stream: 'sonde.log_patterns', id, payload: large }),
    );
    await new StreamPublisher({ endpoint }).publish([...many, ...others]);
    expect(posted.map(({ stream, envelopes }) => [stream, envelopes.length])).toEqual([
      ['sonde.service_map', 1000],
      ['sonde.service_map', 1],
      ['sonde.log_patterns', 1],
      ['sonde.log_patterns', 1],
    ]);
  });

  it('that the gateway refuses for now may come again, when it says', async () => {
    answer = { status: 503, headers: { 'retry-after': '5' }, body: 'Kafka is away' };
    const published = new StreamPublisher({ endpoint }).publish([message()]);
    await expect(published).rejects.toMatchObject({ retryable: true, retryAfterMs: 5000 });
    await expect(published).rejects.toThrow(/503: Kafka is away/);
  });

  it('that it refuses for good, whole or in part, may not', async () => {
    const publisher = new StreamPublisher({ endpoint });
    answer = { status: 400, headers: {}, body: 'no topic that Kafka could have' };
    await expect(publisher.publish([message()])).rejects.toMatchObject({ retryable: false });
    const partialSuccess = { rejectedLogRecords: '1', errorMessage: 'one item alone is too large' };
    answer = { status: 200, headers: {}, body: JSON.stringify({ partialSuccess }) };
    await expect(publisher.publish([message()])).rejects.toThrow(/too large/);
  });

  it('are kept by who has them while no gateway answers', async () => {
    const publisher = new StreamPublisher({ endpoint: 'http://127.0.0.1:1' });
    await expect(publisher.publish([message()])).rejects.toMatchObject({ retryable: true });
  });
});
