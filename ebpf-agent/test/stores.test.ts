import { describe, expect, it } from 'vitest';
import { ExchangeFlag } from '../src/records/layout.ts';
import { bytesOf, Conversation, type Heard, MAY_COMPILE } from './conversation.ts';

const SIDES = ['client', 'server'] as const;

function what({ operation, target, ms }: Heard): readonly [string, string, number] {
  return [operation, target, ms];
}

/** A document of BSON. */
function document(...elements: readonly (readonly [string, string | number | Buffer])[]): Buffer {
  const parts = elements.map(([name, value]) => {
    const head = (kind: number): Buffer => bytesOf(`${String.fromCharCode(kind)}${name}\0`);
    if (typeof value === 'string') {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(value.length + 1);
      return Buffer.concat([head(2), length, bytesOf(`${value}\0`)]);
    }
    if (typeof value !== 'number') return Buffer.concat([head(3), value]);
    const isDouble = name === 'ok';
    const bytes = Buffer.alloc(isDouble ? 8 : 4);
    if (isDouble) bytes.writeDoubleLE(value);
    else bytes.writeInt32LE(value);
    return Buffer.concat([head(isDouble ? 1 : 16), bytes]);
  });
  const body = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length + 5);
  return Buffer.concat([length, body, Buffer.of(0)]);
}

function mongo(id: number, answers: number, body: Buffer, flags = 0): Buffer {
  const head = Buffer.alloc(21);
  head.writeUInt32LE(head.length + body.length);
  head.writeUInt32LE(id, 4);
  head.writeUInt32LE(answers, 8);
  head.writeUInt32LE(2013, 12);
  head.writeUInt32LE(flags, 16);
  return Buffer.concat([head, body]);
}

describe.runIf(MAY_COMPILE).each(SIDES)('MongoDB, seen by the %s', (side) => {
  const find = document(['find', 'users'], ['filter', document(['name', 'hidden'])]);
  const fine = document(['ok', 1]);

  it('has command and collection, by number in any order, its head alone or not', () => {
    const big = document(['cursor', Buffer.concat([document(['x', 'y'.repeat(30_000)])])]);
    const answer = mongo(90, 7, big);
    const insert = mongo(8, 0, document(['insert', 'orders']));
    const { heard } = new Conversation()
      .ask(mongo(7, 0, find).subarray(0, 16))
      .ask(mongo(7, 0, find).subarray(16))
      .ask(insert)
      .answer(mongo(91, 8, fine))
      .answer(answer.subarray(0, 16))
      .answer(answer.subarray(16, 20_000))
      .answer(answer.subarray(20_000))
      .ask(mongo(9, 0, document(['update', 'carts']), 2))
      .heardBy(side);
    expect(heard.map(what)).toEqual([
      ['insert', 'orders', 1],
      ['find', 'users', 5],
      ['update', 'carts', 0],
    ]);
    expect(JSON.stringify(heard)).not.toContain('hidden');
  });

  it('says what went wrong, and takes no field of a document for an error', () => {
    const refused = document(['ok', 0], ['errmsg', 'ns not found'], ['code', 26]);
    const write = document(['code', 11000]);
    const partly = document(['n', 0], ['writeErrors', document(['0', write])], ['ok', 1]);
    const found = document(['cursor', document(['ok', 0])], ['ok', 1]);
    const conversation = new Conversation();
    for (const [i, answer] of [refused, partly, found].entries()) {
      conversation.ask(mongo(i + 1, 0, find)).answer(mongo(50 + i, i + 1, answer));
    }
    const { heard } = conversation.heardBy(side);
    expect(heard.map(({ attributes }) => attributes['error.type'])).toEqual([
      '26',
      '11000',
      undefined,
    ]);
  });
});

const short = (text: string): Buffer => Buffer.concat([Buffer.of(0, text.length), bytesOf(text)]);
const int32 = (number: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(number);
  return bytes;
};
const sized = (...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([int32(body.length), body]);
};

const compact = (text: string): Buffer =>
  Buffer.concat([Buffer.of(text.length + 1), bytesOf(text)]);

function kafka(kind: number, version: number, id: number, ...rest: readonly Buffer[]): Buffer {
  return sized(Buffer.of(0, kind, 0, version), int32(id), short('shop'), ...rest);
}

describe.runIf(MAY_COMPILE).each(SIDES)('Kafka, seen by the %s', (side) => {
  const topics = Buffer.concat([int32(1), short('orders'), int32(1), bytesOf('hidden')]);
  const produce = (id: number, acks: number): Buffer =>
    kafka(0, 7, id, Buffer.of(0xff, 0xff), Buffer.of(0, acks), int32(1000), topics);
  const stored = (id: number, error: number): Buffer =>
    sized(int32(id), int32(1), short('orders'), int32(1), int32(0), Buffer.of(0, error));

  it('has kind and topic, with lengths in buffers of their own, and requests ahead of answers', () => {
    const fetch = kafka(
      1,
      12,
      3,
      Buffer.of(0),
      Buffer.alloc(12),
      Buffer.alloc(4),
      Buffer.alloc(9),
      Buffer.of(2, 7),
      bytesOf('orders'),
    );
    const first = produce(1, 1);
    const { heard } = new Conversation()
      .ask(first.subarray(0, 4), first.subarray(4))
      .answer(stored(1, 0))
      .ask(fetch.subarray(0, 4))
      .ask(fetch.subarray(4))
      .ask(produce(4, 1))
      .ask(kafka(12, 4, 5, Buffer.alloc(8)))
      .answer(sized(int32(3), Buffer.of(0), int32(0), Buffer.alloc(9)))
      .answer(stored(4, 6))
      .answer(sized(int32(5), Buffer.of(0), int32(0), Buffer.of(0, 27, 0)))
      .heardBy(side);
    expect(heard.map(what)).toEqual([
      ['send', 'orders', 1],
      ['poll', 'orders', 3],
      ['send', 'orders', 3],
      ['heartbeat', '', 3],
    ]);
    expect(heard.map(({ attributes }) => attributes['error.type'])).toEqual([
      undefined,
      undefined,
      'NOT_LEADER_OR_FOLLOWER',
      'REBALANCE_IN_PROGRESS',
    ]);
    expect(JSON.stringify(heard)).not.toContain('hidden');
  });

  it('has topics by their id, once a client was told of it, on whatever connection', () => {
    const id = Buffer.from(`${side}-0123456789abcdef`).subarray(0, 16);
    const other = Buffer.alloc(16, 7);
    const broker = Buffer.concat([
      int32(1),
      compact('kafka-1.example'),
      int32(9092),
      Buffer.of(0, 0),
    ]);
    // Held back for no time; three brokers, the cluster, its controller; two topics, of which one is seen.
    const known = Buffer.concat([
      ...[Buffer.of(0), int32(0), Buffer.of(4), broker, broker, broker],
      ...[compact('0123456789abcdefghijkl'), int32(1)],
      ...[Buffer.of(3, 0, 0), compact('orders-by-id'), id, Buffer.alloc(200), compact('b'), other],
    ]);
    const fetch = (number: number, version: number, topic: Buffer): Buffer => {
      const head = Buffer.alloc(version >= 15 ? 8 : 12);
      return kafka(1, version, number, Buffer.of(0), head, Buffer.alloc(13), Buffer.of(2), topic);
    };
    const send = (number: number): Buffer =>
      kafka(0, 13, number, Buffer.of(0, 0), Buffer.of(0, 1), int32(1000), Buffer.of(2), id);
    const fetched = (number: number): Buffer =>
      sized(int32(number), Buffer.of(0), int32(0), Buffer.alloc(9));
    const asked = new Conversation()
      .ask(fetch(1, 13, id))
      .answer(fetched(1))
      .ask(kafka(3, 12, 2, Buffer.of(0, 0)))
      .answer(sized(int32(2), known))
      .heardBy(side);
    const { heard } = new Conversation()
      .ask(fetch(3, 13, id))
      .answer(fetched(3))
      .ask(fetch(4, 17, id))
      .answer(fetched(4))
      .ask(fetch(5, 17, other))
      .answer(fetched(5))
      .ask(send(6))
      .answer(sized(int32(6), Buffer.of(0, 2), id, Buffer.of(2), int32(0), Buffer.of(0, 6)))
      .heardBy(side);
    expect(asked.heard.map(what).map(([, target]) => target)).toEqual(['', '']);
    expect(heard.map(what).map(([operation, target]) => [operation, target])).toEqual([
      ['poll', 'orders-by-id'],
      ['poll', 'orders-by-id'],
      ['poll', ''],
      ['send', 'orders-by-id'],
    ]);
    expect(heard.at(-1)?.attributes['error.type']).toBe('NOT_LEADER_OR_FOLLOWER');
  });

  it('expects no answer where none is wanted', () => {
    const { heard, unjoined } = new Conversation()
      .ask(produce(1, 1))
      .answer(stored(1, 0))
      .ask(produce(2, 0))
      .ask(produce(3, 0))
      .ask(produce(4, 1))
      .answer(stored(4, 0))
      .close()
      .heardBy(side);
    expect(heard.map(what)).toEqual([
      ['send', 'orders', 1],
      ['send', 'orders', 0],
      ['send', 'orders', 0],
      ['send', 'orders', 1],
    ]);
    expect(unjoined).toBe(0);
  });
});

describe.runIf(MAY_COMPILE).each(SIDES)('Memcached, seen by the %s', (side) => {
  it('has commands, never keys or values, and knows data from lines', () => {
    const value = 'END\r\nget wrong\r\n';
    const { heard } = new Conversation()
      .ask(`set hidden 0 0 ${value.length}\r\n${value}\r\n`)
      .answer('STORED\r\n')
      .ask('get hidden hidden2\r\n')
      .answer(`VALUE hidden 0 ${value.length}\r\n${value}\r\n`)
      .answer('END\r\n')
      .ask('get a\r\n', 'get b\r\n', 'incr c 1\r\n')
      .answer('END\r\nEND\r\n')
      .answer('NOT_FOUND\r\n')
      .ask('incr text 1\r\n')
      .answer('CLIENT_ERROR cannot increment non-numeric value\r\n')
      .ask('mg key v t\r\n')
      .answer('VA 3 t-1\r\nabc\r\n')
      .heardBy(side);
    expect(heard.map(what)).toEqual([
      ['SET', '', 1],
      ['GET', '', 2],
      ['PIPELINE GET', '', 2],
      ['INCR', '', 1],
      ['MG', '', 1],
    ]);
    expect(heard[2]?.attributes['db.operation.batch.size']).toBe(3);
    expect(heard[3]?.attributes['error.type']).toBe('CLIENT_ERROR');
    expect(JSON.stringify(heard)).not.toContain('hidden');
  });

  it('has binary messages too', () => {
    const message = (magic: number, kind: number, body: string, status = 0): Buffer => {
      const head = Buffer.alloc(24);
      head[0] = magic;
      head[1] = kind;
      if (magic === 0x80) head.writeUInt16BE(body.length, 2);
      head.writeUInt16BE(status, 6);
      head.writeUInt32BE(body.length, 8);
      return Buffer.concat([head, bytesOf(body)]);
    };
    const { heard } = new Conversation()
      .ask(message(0x80, 0, 'hidden'))
      .answer(message(0x81, 0, 'value'))
      .ask(message(0x80, 4, 'hidden'))
      .answer(message(0x81, 4, '', 0x82))
      .heardBy(side);
    expect(heard.map(what)).toEqual([
      ['GET', '', 1],
      ['DELETE', '', 1],
    ]);
    expect(heard[1]?.attributes['error.type']).toBe('0x0082');
  });
});

function cql(version: number, stream: number, kind: number, ...rest: readonly Buffer[]): Buffer {
  const body = Buffer.concat(rest);
  const head = Buffer.of(version, 0, stream >> 8, stream & 0xff, kind);
  return Buffer.concat([head, int32(body.length), body]);
}

describe.runIf(MAY_COMPILE).each(SIDES)('Cassandra, seen by the %s', (side) => {
  it('joins answers by stream, knows what was prepared, and what went wrong', () => {
    const query = (text: string): Buffer => sized(bytesOf(text));
    const select = "SELECT a FROM shop.users WHERE id = 'hidden'";
    const { heard } = new Conversation()
      .ask(cql(4, 0, 1, bytesOf('\0\x01\0\x0bCQL_VERSION\0\x053.0.0')))
      .answer(cql(0x84, 0, 2))
      .ask(cql(4, 1, 7, query(select), Buffer.of(0, 1, 0)))
      .ask(cql(4, 2, 9, query('UPDATE carts SET n = ?')))
      .answer(cql(0x84, 2, 8, int32(4), short('0123456789abcdef')))
      .answer(cql(0x84, 1, 8, int32(2)))
      .ask(cql(4, 3, 10, short('0123456789abcdef'), bytesOf('hidden')))
      .answer(cql(0x84, 3, 0, int32(0x2200), short('no')))
      .heardBy(side);
    expect(heard.map(what)).toEqual([
      ['PREPARE', 'carts', 1],
      ['SELECT', 'shop.users', 3],
      ['UPDATE', 'carts', 1],
    ]);
    expect(heard[2]?.attributes['error.type']).toBe('0x2200');
    expect(JSON.stringify(heard)).not.toContain('hidden');
  });
});

describe.runIf(MAY_COMPILE).each(SIDES)('ClickHouse, seen by the %s', (side) => {
  it('has queries and exceptions, by its greeting or midway', () => {
    const sized = (text: string): string => String.fromCharCode(text.length) + text;
    const id = '01234567-89ab-cdef-0123-456789abcdef';
    const who = `\x01${sized('default')}${sized(id)}${sized('0.0.0.0:0')}\x01${sized('me')}`;
    const query = (text: string): string => `\x01${sized(id)}${who}\0\0\x02\0${sized(text)}`;
    const midway = new Conversation()
      .ask(query("SELECT a FROM shop.orders WHERE b = 'hid\\'den'"))
      .answer('\x01\0rows')
      .answer('\x03progress\x05')
      .ask('\x04')
      .answer('\x04')
      .ask(query('INSERT INTO t VALUES'), '\x02\0data')
      .answer('\x02\x3c\0\0\0\x0dDB::Exceptionno such table')
      .heardBy(side);
    expect(midway.heard.map(what)).toEqual([
      ['SELECT', 'shop.orders', 2],
      ['INSERT', 't', 1],
    ]);
    expect(midway.heard[1]?.attributes['error.type']).toBe('60');
    expect(JSON.stringify(midway)).not.toContain('den');
    const greeted = new Conversation()
      .ask(`\0${sized('ClickHouse client')}\x17\x08${sized('default')}`)
      .answer(`\0${sized('ClickHouse')}\x17`)
      .ask(query('SELECT 1'))
      .answer('\x01x\x05')
      .heardBy(side);
    expect(greeted.heard.map(what)).toEqual([['SELECT', '', 1]]);
  });
});

function amqp(kind: number, channel: number, ...rest: readonly Buffer[]): Buffer {
  const body = sized(...rest);
  return Buffer.concat([Buffer.of(kind, 0, channel), body, Buffer.of(0xce)]);
}

describe.runIf(MAY_COMPILE).each(SIDES)('brokers, seen by the %s', (side) => {
  it('have messages of AMQP with exchange and key', () => {
    const text = (value: string): Buffer =>
      Buffer.concat([Buffer.of(value.length), bytesOf(value)]);
    const method = (number: number): Buffer => Buffer.of(0, 60, 0, number);
    const publish = Buffer.concat([
      amqp(1, 1, method(40), Buffer.of(0, 0), text('events'), text('order.4711'), Buffer.of(0)),
      amqp(2, 1, Buffer.alloc(14)),
      amqp(3, 1, bytesOf('hidden')),
    ]);
    const deliver = amqp(1, 1, method(60), text('ctag'), Buffer.alloc(9), text(''), text('mail'));
    const get = amqp(1, 2, method(70), Buffer.of(0, 0), text('mail'), Buffer.of(0));
    const outcome = new Conversation()
      .ask('AMQP\0\0\x09\x01')
      .answer(amqp(1, 0, Buffer.of(0, 10, 0, 10), Buffer.alloc(40)))
      .ask(publish, publish)
      .answer(deliver)
      .ask(get)
      .answer(amqp(1, 2, method(72), Buffer.of(0)))
      .heardBy(side);
    expect(outcome.heard.map(what)).toEqual([['get', 'mail', 1]]);
    expect(outcome.messages).toBe(3);
    expect(outcome.series).toContainEqual(
      side === 'client'
        ? ['messaging.client.sent.messages', 'events:order.{id}', 2]
        : ['messaging.server.received.messages', 'events:order.{id}', 2],
    );
    expect(JSON.stringify(outcome)).not.toContain('hidden');
  });

  it('have messages of NATS with their subject', () => {
    const outcome = new Conversation()
      .answer(`INFO {"server_id":"${'x'.repeat(600)}"}\r\n`)
      .ask('CONNECT {"verbose":false}\r\nPING\r\n')
      .answer('PONG\r\n')
      .ask('SUB orders.* 1\r\nPUB orders.new 7\r\nPUB a 1\r\nPUB _INBOX.abc.1 2\r\nhi\r\n')
      .answer('MSG orders.new 1 6\r\nhidden\r\nMSG orders.new 1 6\r\nhid')
      .answer('den\r\nPING\r\n')
      .heardBy(side);
    const [sent, consumed] =
      side === 'client'
        ? ['messaging.client.sent.messages', 'messaging.client.consumed.messages']
        : ['messaging.server.received.messages', 'messaging.server.delivered.messages'];
    expect(outcome.series).toEqual([
      [sent, 'orders.new', 1],
      [sent, '_INBOX.{id}', 1],
      [consumed, 'orders.new', 2],
    ]);
    expect(outcome.heard).toEqual([]);
  });
});

describe('flags', () => {
  it('are one bit each', () => {
    const all = Object.values(ExchangeFlag);
    expect(all.reduce((sum, flag) => sum | flag, 0)).toBe(2 ** all.length - 1);
  });
});
