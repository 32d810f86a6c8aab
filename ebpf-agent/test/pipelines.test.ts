import { describe, expect, it } from 'vitest';
import { Protocol } from '../src/records/layout.ts';
import { bytesOf, Conversation, type Heard, MAY_COMPILE } from './conversation.ts';

const SIDES = ['client', 'server'] as const;

function what({ operation, target, ms }: Heard): readonly [string, string, number] {
  return [operation, target, ms];
}

/** A message of PostgreSQL: type, length, body. */
function message(type: string, body: string | Buffer = ''): Buffer {
  const bytes = bytesOf(body);
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeUInt32BE(bytes.length + 4, 1);
  return Buffer.concat([head, bytes]);
}

const READY = message('Z', 'I');
const SYNC = message('S');
const EXECUTE = message('E', Buffer.alloc(5));
const query = (text: string): Buffer => message('Q', `${text}\0`);
const done = (tag: string): Buffer => message('C', `${tag}\0`);
const refused = (code: string): Buffer => message('E', `SERROR\0VERROR\0C${code}\0Mno\0\0`);
const bind = (statement: string, value: string): Buffer =>
  message('B', `\0${statement}\0\0\0\0\x01\0\0\0${String.fromCharCode(value.length)}${value}\0\0`);
const parse = (name: string, text: string): Buffer => message('P', `${name}\0${text}\0\0\0`);
const row = (text: string): Buffer =>
  message('D', `\0\x01\0\0${String.fromCharCode(text.length >> 8, text.length & 255)}${text}`);

describe.runIf(MAY_COMPILE).each(SIDES)('PostgreSQL, seen by the %s', (side) => {
  it('has prepared statements in pipelines, each up to its Sync', () => {
    const { heard } = new Conversation()
      .ask(parse('s1', 'SELECT a FROM users WHERE b = $1'), message('D', 'Ss1\0'), SYNC)
      .answer(message('1'), message('t', '\0\0'), message('T', '\0\0'), READY)
      .ask(bind('s1', 'hidden'), EXECUTE, SYNC, bind('s1', 'hidden'), EXECUTE, SYNC)
      .ask(parse('', 'UPDATE carts SET n = 5'), bind('', 'x'), EXECUTE, SYNC)
      .answer(message('2'), row('GET / HTTP/1.1'), done('SELECT 1'), READY)
      .answer(message('2'), refused('22012'), READY, message('1'), message('2'))
      .answer(done('UPDATE 1'), READY)
      .heardBy(side);
    expect(heard.map(what)).toEqual([
      ['SELECT', 'users', 1],
      ['SELECT', 'users', 2],
      ['SELECT', 'users', 3],
      ['UPDATE', 'carts', 3],
    ]);
    expect(heard.map(({ attributes }) => attributes['error.type'])).toEqual([
      undefined,
      undefined,
      '22012',
      undefined,
    ]);
    expect(JSON.stringify(heard)).not.toContain('hidden');
  });

  it('says what went wrong behind many rows', () => {
    const rows = Buffer.concat(Array.from({ length: 2_000 }, () => row('x'.repeat(40))));
    const answer = Buffer.concat([message('T', '\0\0'), rows, refused('57014'), READY]);
    const conversation = new Conversation().ask(query('SELECT a FROM t'));
    for (let at = 0; at < answer.length; at += 8_192) {
      conversation.answer(answer.subarray(at, at + 8_192));
    }
    const { heard } = conversation
      .ask(query('SELECT 1 FROM u'))
      .answer(Buffer.concat([message('T', '\0\0'), rows]))
      .answer(Buffer.concat([rows.subarray(0, 9_000), refused('22012')]))
      .answer(READY)
      .heardBy(side);
    expect(heard.map(({ target, ms }) => [target, ms])).toEqual([
      ['t', Math.ceil(answer.length / 8_192)],
      ['u', 3],
    ]);
    const errors = heard.map(({ attributes }) => attributes['error.type']);
    expect(errors).toEqual(['57014', '22012']);
  });

  it('copies in and out without taking data for statements, and hears notices at any time', () => {
    const { heard } = new Conversation()
      .ask(query('COPY t FROM STDIN'))
      .answer(message('G', '\0\0\0'))
      .ask(message('d', 'SELECT 1 FROM wrong\n'), message('d', 'x'.repeat(9_000)))
      .ask(message('c'))
      .answer(done('COPY 2'), READY)
      .answer(message('N', 'SNOTICE\0\0'), message('A', '\0\0\0\0a\0b\0'))
      .ask(query('COPY t TO STDOUT'))
      .answer(message('H', '\0\0\0'), message('d', 'one\n'))
      .answer(message('c'), done('COPY 1'), READY)
      .heardBy(side);
    expect(heard.map(what)).toEqual([
      ['COPY', 't', 4],
      ['COPY', 't', 2],
    ]);
  });

  it('is encrypted where both agree, and plain where not; replication is no request', () => {
    const ssl = Buffer.from([0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f]);
    expect(new Conversation().ask(ssl).answer('S').heardBy(side).protocol).toBe(Protocol.tls);
    const start = bytesOf('\0\0\0\x10\0\x03\0\0user\0me\0');
    const plain = new Conversation()
      .ask(ssl)
      .answer('N')
      .ask(start)
      .answer(message('R', '\0\0\0\0'), message('S', 'a\0b\0'), READY)
      .ask(query('SELECT 1 FROM t'))
      .answer(done('SELECT 1'), READY)
      .heardBy(side);
    expect(plain.heard.map(what)).toEqual([['SELECT', 't', 1]]);
    const replica = new Conversation()
      .ask(query('START_REPLICATION 0/0'))
      .answer(message('W', '\0\0\0'), message('d', 'w'))
      .heardBy(side);
    expect(replica.protocol).toBe(Protocol.opaque);
  });
});

const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;
const command = (...words: readonly string[]): string =>
  `*${words.length}\r\n${words.map(bulk).join('')}`;

describe.runIf(MAY_COMPILE).each(SIDES)('Redis, seen by the %s', (side) => {
  it('counts what is sent together, in one round trip or ahead of answers', () => {
    const { heard } = new Conversation()
      .ask(command('SET', 'k', 'hidden\r\n*1\r\n$4\r\nPING\r\n'))
      .answer('+OK\r\n')
      .ask(command('GET', 'k') + command('GET', 'k'), command('INCR', 'n'))
      .answer('$6\r\nhidden\r\n$-1\r\n:')
      .answer('1\r\n')
      .ask(command('GET', 'a'))
      .ask(command('GET', 'b'))
      .answer('$1\r\na\r\n')
      .ask(command('LPUSH', 'c', 'd') + command('DEL', 'e'))
      .answer('$1\r\nb\r\n')
      .answer('-WRONGTYPE no\r\n:1\r\n')
      .heardBy(side);
    expect(heard.map(what)).toEqual([
      ['SET', '', 1],
      ['PIPELINE GET', '', 2],
      ['PIPELINE GET', '', 4],
      ['PIPELINE LPUSH', '', 2],
    ]);
    expect(heard.map(({ attributes }) => attributes['db.operation.batch.size'])).toEqual([
      undefined,
      3,
      2,
      2,
    ]);
    expect(heard[3]?.attributes['error.type']).toBe('WRONGTYPE');
    expect(JSON.stringify(heard)).not.toContain('hidden');
  });

  it('knows answers in answers, of RESP 3 too, in whatever buffers they come', () => {
    const map = '%2\r\n+a\r\n*2\r\n:1\r\n*0\r\n+b\r\n|1\r\n+ttl\r\n:1\r\n$3\r\n\r\n\r\r\n';
    const conversation = new Conversation().ask(command('HELLO', '3'));
    for (const letter of map) conversation.answer(letter);
    const large = `*3000\r\n${bulk('x'.repeat(20)).repeat(3_000)}`;
    conversation.ask(command('LRANGE', 'l', '0', '-1'));
    for (let at = 0; at < large.length; at += 16_384) {
      conversation.answer(large.slice(at, at + 16_384));
    }
    const { heard } = conversation.ask('PING\r\n').answer('+PONG\r\n').heardBy(side);
    expect(heard.map(what)).toEqual([
      ['HELLO', '', map.length],
      ['LRANGE', '', Math.ceil(large.length / 16_384)],
      ['PING', '', 1],
    ]);
  });

  it('takes no published message, push, or line of MONITOR for an answer', () => {
    const published = `*3\r\n${bulk('message')}${bulk('news')}${bulk('text')}`;
    const { heard } = new Conversation()
      .ask(command('SUBSCRIBE', 'news', 'more'))
      .answer(`*3\r\n${bulk('subscribe')}${bulk('news')}:1\r\n`)
      .answer(`*3\r\n${bulk('subscribe')}${bulk('more')}:2\r\n`)
      .answer(published + published)
      .answer(`>2\r\n${bulk('invalidate')}*1\r\n${bulk('k')}`)
      .close()
      .heardBy(side);
    expect(heard.map(what)).toEqual([['SUBSCRIBE', '', 1]]);
    const monitor = new Conversation()
      .ask('*1\r\n$7\r\nMONITOR\r\n')
      .answer('+OK\r\n')
      .answer('+1.0 [0 127.0.0.1:1] "set" "k" "v"\r\n'.repeat(9))
      .heardBy(side);
    expect(monitor.heard.map(what)).toEqual([['MONITOR', '', 1]]);
    const replica = new Conversation().ask(command('PSYNC', '?', '-1')).heardBy(side);
    expect(replica.protocol).toBe(Protocol.opaque);
  });
});
