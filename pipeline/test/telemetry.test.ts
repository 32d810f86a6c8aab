import {
  type Columns,
  decodeRequests,
  type EncodedRequest,
  jsonToProtobuf,
  LogColumns,
  MalformedError,
  type Signal,
  scanRequest,
  selectLogs,
} from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { clientInfo, metadataKey, metadataOfKeys } from '../src/client-info.ts';
import { type BufferRange, Telemetry } from '../src/telemetry.ts';

const SOURCE: BufferRange = { topic: 'otlp_logs', partition: 2, from: 10, to: 12 };

function request(tenant: string, receivedUnixMs: number, ...bodies: string[]): EncodedRequest {
  const logRecords = bodies.map((stringValue) => ({ body: { stringValue } }));
  const json = { resourceLogs: [{ scopeLogs: [{ logRecords }] }] };
  const bytes = jsonToProtobuf('logs', JSON.stringify(json));
  return { signal: 'logs', bytes, itemCount: scanRequest('logs', bytes), tenant, receivedUnixMs };
}

function telemetryOf(signal: Signal, requests: readonly EncodedRequest[]): Telemetry {
  return new Telemetry({
    signal,
    requests,
    source: SOURCE,
    transport: 'grpc',
    decode: (some) => decodeRequests(signal, some),
  });
}

/** `telemetry` with the rows of the mask. */
function kept(telemetry: Telemetry, ...mask: number[]): Telemetry {
  const columns = telemetry.columns();
  if (columns.signal !== 'logs') throw new Error('log records only');
  return telemetry.withColumns(selectLogs(columns, Uint8Array.from(mask)));
}

describe('changed telemetry', () => {
  it('is the same telemetry when the columns are the same', () => {
    const telemetry = telemetryOf('logs', [request('a', 1, 'x')]);
    expect(telemetry.withColumns(telemetry.columns())).toBe(telemetry);
    expect(kept(telemetry, 1)).toBe(telemetry);
  });

  it('keeps where it was read from and how it came', () => {
    const changed = kept(telemetryOf('logs', [request('a', 1, 'x', 'y')]), 0, 1);
    expect(changed.source).toBe(SOURCE);
    expect(changed.transport).toBe('grpc');
  });

  it('is encoded as one request a segment, with its tenant and time of receipt', () => {
    const telemetry = telemetryOf('logs', [
      request('a', 1, 'x', 'y'),
      request('b', 2, 'z'),
      request('a', 3, 'v', 'w'),
    ]);
    const changed = kept(telemetry, 1, 0, 0, 1, 1);
    expect(changed.itemCount).toBe(3);
    expect(changed.requests).toEqual([request('a', 1, 'x'), request('a', 3, 'v', 'w')]);
    expect(changed.requests).toBe(changed.requests);
    expect(changed.byteCount).toBe(
      changed.requests.reduce((bytes, { bytes: { length } }) => bytes + length, 0),
    );
  });

  it('leaves the telemetry it comes from as it was', () => {
    const requests = [request('a', 1, 'x', 'y')];
    const telemetry = telemetryOf('logs', requests);
    expect(kept(telemetry, 0, 1).itemCount).toBe(1);
    expect(telemetry.requests).toBe(requests);
    expect(telemetry.columns().count).toBe(2);
  });

  it('joins others by what it is encoded as', () => {
    const changed = kept(telemetryOf('logs', [request('a', 1, 'x', 'y')]), 0, 1);
    const joined = Telemetry.join([changed, telemetryOf('logs', [request('b', 2, 'z')])]);
    expect(joined.requests).toEqual([request('a', 1, 'y'), request('b', 2, 'z')]);
    expect(joined.columns().count).toBe(2);
    expect(joined.source).toBeUndefined();
  });
});

describe('whose telemetry it is', () => {
  const ada = clientInfo({ address: '10.0.0.1', metadata: new Map([['x-org', ['ada']]]) });
  const bob = clientInfo({ address: '10.0.0.2', metadata: new Map([['x-org', ['bob']]]) });
  const from = (client: typeof ada): Telemetry =>
    telemetryOf('logs', [request('a', 1, 'x', 'y')]).withClient(client);

  it('stays with what is changed, cut or copied', () => {
    const telemetry = from(ada);
    expect(kept(telemetry, 0, 1).client).toBe(ada);
    expect(telemetry.withRequests([]).client).toBe(ada);
    expect(telemetry.withClient(ada)).toBe(telemetry);
    expect(telemetry.withClient(bob).columns()).toEqual(telemetry.columns());
    expect(telemetry.withClient(bob).source).toBe(SOURCE);
  });

  it('has a share of its range as its source where it is one of several batches of it', () => {
    const share = from(ada).withShare('logs/a');
    expect(share.source).toEqual({ ...SOURCE, share: 'logs/a' });
    expect(share.withShare('logs/b').source).toEqual({ ...SOURCE, share: 'logs/a+logs/b' });
    expect(share.requests).toEqual(from(ada).requests);
    const unbuffered = from(ada).withRequests([]);
    expect(unbuffered.withShare('logs/a')).toBe(unbuffered);
  });

  it('stays where the parts of a batch have the same client, and ends where they have not', () => {
    expect(Telemetry.join([from(ada), from(ada)]).client).toBe(ada);
    expect(Telemetry.join([from(ada), from(bob)]).client).toBeUndefined();
  });

  it('is told apart by the values of named headers, whatever their case', () => {
    expect(metadataKey(ada, ['X-Org'])).not.toBe(metadataKey(bob, ['X-Org']));
    expect(metadataKey(ada, ['other'])).toBe(metadataKey(bob, ['other']));
    expect(metadataKey(undefined, ['x-org'])).toBe(metadataKey(clientInfo({}), ['x-org']));
    expect(metadataOfKeys(ada, ['X-Org', 'other'])).toEqual(new Map([['x-org', ['ada']]]));
  });
});

describe('columns that are lent', () => {
  const requests = [request('a', 1, 'x', 'y'), request('b', 2, 'z')];
  const itself = (columns: Columns): Promise<Columns> => Promise.resolve(columns);

  it('are the same for all who have them at once', async () => {
    const telemetry = telemetryOf('logs', requests);
    const both = await Promise.all([telemetry.lendColumns(itself), telemetry.lendColumns(itself)]);
    expect(both[1]).toBe(both[0]);

    const asked = telemetryOf('logs', requests);
    const waiting = asked.lendColumns(itself);
    const now = asked.columns();
    expect(await waiting).toBe(now);
  });

  it("are nobody's when the last one is done, also by a failure", async () => {
    const telemetry = telemetryOf('logs', requests);
    const first = await telemetry.lendColumns(itself);
    expect(telemetry.isEncoded).toBe(true);
    const failure = new Error('the store is away');
    await expect(telemetry.lendColumns(() => Promise.reject(failure))).rejects.toBe(failure);
    expect(telemetry.isEncoded).toBe(true);
    const again = await telemetry.lendColumns(itself);
    expect(again).not.toBe(first);
    expect(telemetry.itemCount).toBe(3);
  });

  it('give their memory to the next batch', async () => {
    const telemetry = telemetryOf('logs', requests);
    const memory = (columns: Columns): Promise<ArrayBufferLike> =>
      Promise.resolve(logs(columns).timeUnixNano.buffer);
    const first = await telemetry.lendColumns(memory);
    expect(await telemetryOf('logs', requests).lendColumns(memory)).toBe(first);
  });

  it.each<[string, (telemetry: Telemetry) => unknown]>([
    ['columns', (telemetry) => telemetry.columns()],
    ['a batch of another client', (telemetry) => telemetry.withClient(clientInfo({}))],
    ['other columns', (telemetry) => telemetry.withColumns(telemetry.columns())],
  ])('stay for who has %s meanwhile', async (_, keep) => {
    const telemetry = telemetryOf('logs', requests);
    const lent = await telemetry.lendColumns((columns) => {
      keep(telemetry);
      return Promise.resolve(columns);
    });
    const memory = logs(lent).timeUnixNano.buffer;
    const next = await telemetryOf('logs', requests).lendColumns(itself);
    expect(logs(next).timeUnixNano.buffer).not.toBe(memory);
    expect(logs(lent).count).toBe(3);
    expect(telemetry.columns()).toBe(lent);
  });

  it('refuse what is not OTLP each time, as columns do', async () => {
    const bad = { ...request('a', 1, 'x'), bytes: new Uint8Array([0x0a]) };
    const telemetry = telemetryOf('logs', [request('a', 1, 'x'), bad]);
    for (let i = 0; i < 2; i++) {
      await expect(telemetry.lendColumns(itself)).rejects.toThrow(MalformedError);
    }
    expect(() => telemetry.columns()).toThrow(MalformedError);
  });
});

function logs(columns: Columns): LogColumns {
  if (!(columns instanceof LogColumns)) throw new Error(columns.signal);
  return columns;
}
