import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Protocol, Role } from '../src/records/layout.ts';
import { mysqlRequest } from '../src/requests/mysql-request.ts';
import { MYSQL_SQL, sqlMeaning } from '../src/requests/sql.ts';
import { bytesOf, Conversation, MAY_COMPILE } from './conversation.ts';

const SIDES = ['client', 'server'] as const;

/** A packet: 3 bytes of length, its number, what it carries. */
function packet(number: number, ...parts: readonly (string | Uint8Array)[]): Buffer {
  const body = Buffer.concat(parts.map(bytesOf));
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 0, 3);
  head[3] = number;
  return Buffer.concat([head, body]);
}

const GREETING = packet(
  0,
  '\x0a5.5.5-10.11.6-MariaDB\0',
  Buffer.alloc(8, 1),
  'saltsalt\0\xff\xf7\x08\x02\0\xff\x81\x15',
  Buffer.alloc(10),
  'saltsaltsalt\0mysql_native_password\0',
);

function login(capabilities: number): Buffer {
  const head = Buffer.alloc(32);
  head.writeUInt32LE(capabilities);
  const isSecure = (capabilities & 0x800) !== 0;
  return isSecure ? packet(1, head) : packet(1, head, 'root\0\x14', Buffer.alloc(20, 7));
}

const OK = (number: number, status = 2): Buffer =>
  packet(number, Uint8Array.of(0, 0, 0, status, 0, 0, 0));
const EOF = (number: number, status = 2): Buffer =>
  packet(number, Uint8Array.of(0xfe, 0, 0, status, 0));
const command = (byte: number, text: string | Uint8Array = ''): Buffer =>
  packet(0, Uint8Array.of(byte), text);
const query = (text: string): Buffer => command(3, text);
const column = (number: number): Buffer => packet(number, '\x03def\0\x01t\x01t\x01c\x01c\x0c?\0');

/** A result of one column, as it was before MySQL 5.7.5 and still is in MariaDB's default. */
function result(rows: readonly string[], status = 2): Buffer {
  const lines = rows.map((row, i) => packet(i + 4, String.fromCharCode(row.length), row));
  return Buffer.concat([
    packet(1, '\x01'),
    column(2),
    EOF(3),
    ...lines,
    EOF(rows.length + 4, status),
  ]);
}

/** The same to a client that wants no end behind the columns. */
function modernResult(rows: readonly string[]): Buffer {
  const lines = rows.map((row, i) => packet(i + 3, String.fromCharCode(row.length), row));
  const end = packet(rows.length + 3, Uint8Array.of(0xfe, 0, 0, 2, 0, 0, 0));
  return Buffer.concat([packet(1, '\x01'), column(2), ...lines, end]);
}

function refusal(number: number, code: number, state: string, text: string): Buffer {
  return packet(number, Uint8Array.of(0xff, code & 0xff, code >> 8), `#${state}${text}`);
}

/** The head of a packet, and what it carries, as servers read them. */
function inTwo(bytes: Buffer): readonly [Buffer, Buffer] {
  return [bytes.subarray(0, 4), bytes.subarray(4)];
}

function prepared(number: number, columns: number, parameters: number): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(number, 1);
  head.writeUInt16LE(columns, 5);
  head.writeUInt16LE(parameters, 7);
  return packet(1, head);
}

function execute(number: number, parameters = ''): Buffer {
  const head = Buffer.alloc(9);
  head.writeUInt32LE(number);
  head.writeUInt32LE(1, 5);
  return command(0x17, Buffer.concat([head, bytesOf(parameters)]));
}

describe('statements of MySQL', () => {
  it('lose their literals, whatever quotes they have', () => {
    const text =
      'SELECT `a`, "secret" /* it\'s */ FROM `shop`.`orders` # it\'s\n' +
      "WHERE b = 'se\\'cret' AND c = 0xdeadbeef AND d = -1.5e3 -- it's\n AND e = 'secret'";
    const { operation, target, text: shown } = sqlMeaning(text, MYSQL_SQL);
    expect([operation, target]).toEqual(['SELECT', 'shop.orders']);
    expect(shown).toBe(
      'SELECT `a`, ? FROM `shop`.`orders` WHERE b = ? AND c = ? AND d = -? AND e = ?',
    );
  });

  it('never show what stands between quotes, cut off anywhere', () => {
    const word = fc.stringMatching(/^[a-z]{6,12}$/);
    const quote = fc.constantFrom("'", '"');
    fc.assert(
      fc.property(word, quote, fc.nat({ max: 80 }), (secret, mark, cut) => {
        const all = `SELECT 1 FROM t WHERE a = ${mark}\\${mark}${secret}${mark} AND b = 2`;
        const { text } = sqlMeaning(all.slice(0, cut), MYSQL_SQL);
        expect(text).not.toContain(secret.slice(0, 3));
      }),
    );
  });

  it('have a name even when they have no text', () => {
    expect(mysqlRequest('\x0e').operation).toBe('PING');
    expect(mysqlRequest('\x17\x01\0\0\0secret').operation).toBe('EXECUTE');
    expect(mysqlRequest('\x63').operation).toBe('_OTHER');
  });
});

describe.runIf(MAY_COMPILE).each(SIDES)('MySQL, seen by the %s', (side) => {
  it('is known by its greeting, and counts what was asked, however rows end', () => {
    const { heard, protocol, role } = new Conversation()
      .answer(GREETING)
      .ask(login(0))
      .answer(OK(2))
      .ask(query("SELECT c FROM t WHERE id = 'hidden'"))
      .answer(result(['one', 'two']))
      .ask(query('SELECT c FROM u'))
      .answer(modernResult(['one']))
      .ask(query('SELECT c FROM v'))
      .answer(modernResult([]))
      .ask(...inTwo(query('UPDATE t SET c = 1')))
      .answer(OK(1))
      .ask(command(14))
      .answer(OK(1))
      .ask(command(1))
      .close()
      .heardBy(side);
    expect([protocol, role]).toEqual([
      Protocol.mysql,
      side === 'client' ? Role.client : Role.server,
    ]);
    expect(heard.map(({ operation, target, ms }) => [operation, target, ms])).toEqual([
      ['SELECT', 't', 1],
      ['SELECT', 'u', 1],
      ['SELECT', 'v', 1],
      ['UPDATE', 't', 1],
      ['PING', '', 1],
    ]);
    expect(JSON.stringify(heard)).not.toContain('hidden');
  });

  it('is known by a statement when it is joined midway, its head in a buffer of its own', () => {
    const [head, rest] = inTwo(query('SELECT c FROM t'));
    const { heard } = new Conversation()
      .ask(head)
      .ask(rest)
      .answer(result(['x']))
      .ask(query('SELECT c FROM t'))
      .answer(result(['x']))
      .heardBy(side);
    expect(heard.map(({ operation, target, ms }) => [operation, target, ms])).toEqual([
      ['SELECT', 't', 1],
      ['SELECT', 't', 1],
    ]);
  });

  it('says what went wrong, at once or among rows', () => {
    const broken = Buffer.concat([
      packet(1, '\x01'),
      column(2),
      EOF(3),
      packet(4, '\x03row'),
      refusal(5, 1317, '70100', 'Query execution was interrupted'),
    ]);
    const { heard } = new Conversation()
      .ask(query('SELECT c FROM nowhere'))
      .answer(refusal(1, 1146, '42S02', "Table 'nowhere' doesn't exist"))
      .ask(query('SELECT c FROM t'))
      .answer(broken)
      .heardBy(side);
    expect(heard.map(({ attributes }) => attributes)).toMatchObject([
      { 'db.response.status_code': '1146', 'error.type': '1146', 'sonde.db.sqlstate': '42S02' },
      { 'db.response.status_code': '1317', 'error.type': '1317', 'sonde.db.sqlstate': '70100' },
    ]);
  });

  it('knows prepared statements by their number', () => {
    const conversation = new Conversation()
      .ask(command(0x16, 'SELECT c FROM t WHERE id = ? AND d = 5'))
      .answer(prepared(7, 1, 1), column(2), EOF(3), column(4), EOF(5))
      .ask(execute(7, 'hidden'))
      .answer(result(['x']));
    const { heard } = conversation
      .ask(command(0x19, Uint8Array.of(7, 0, 0, 0)))
      .ask(command(0x16, 'DELETE FROM t'))
      .answer(prepared(8, 0, 0))
      .ask(execute(8))
      .answer(OK(1))
      .ask(execute(99))
      .answer(OK(1))
      .heardBy(side);
    expect(heard.map(({ operation, target, text }) => [operation, target, text])).toEqual([
      ['PREPARE', 't', 'SELECT c FROM t WHERE id = ? AND d = ?'],
      ['SELECT', 't', 'SELECT c FROM t WHERE id = ? AND d = ?'],
      ['PREPARE', 't', 'DELETE FROM t'],
      ['DELETE', 't', 'DELETE FROM t'],
      ['EXECUTE', '', ''],
    ]);
  });

  it('follows several results, cursors, files of the client, and pipelines', () => {
    const more = 0x0a;
    const { heard } = new Conversation()
      .ask(query('CALL several()'))
      .answer(result(['a'], more))
      .answer(OK(9))
      .ask(execute(1))
      .answer(packet(1, '\x01'), column(2), EOF(3, 0x42))
      .ask(command(28, Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0)))
      .answer(packet(1, '\0\0\x01x'), EOF(2, 0x82))
      .ask(query('LOAD DATA LOCAL INFILE "f" INTO TABLE t'))
      .answer(packet(1, '\xfbf'))
      .ask(packet(2, '\x03SELECT 1 FROM wrong'))
      .ask(packet(3))
      .answer(OK(4))
      .ask(command(0x16, 'SELECT 1'), execute(0xffffffff))
      .answer(prepared(3, 1, 0), column(2), EOF(3))
      .answer(modernResult(['1']))
      .heardBy(side);
    expect(heard.map(({ operation, ms }) => [operation, ms])).toEqual([
      ['CALL', 2],
      ['EXECUTE', 1],
      ['FETCH', 1],
      ['LOAD', 4],
      ['PREPARE', 1],
      ['SELECT', 2],
    ]);
  });

  it('finds the end of many rows, in whatever buffers they come', () => {
    const rows = Array.from({ length: 5_000 }, (_, i) => `row ${i}`);
    for (const answer of [result(rows), modernResult(rows)]) {
      const conversation = new Conversation().ask(query('SELECT c FROM t'));
      for (let at = 0; at < answer.length; at += 16_384) {
        conversation.answer(answer.subarray(at, at + 16_384));
      }
      const pieces = Math.ceil(answer.length / 16_384);
      const { heard } = conversation.ask(query('SELECT 1')).answer(OK(1)).heardBy(side);
      expect(heard.map(({ target, ms }) => [target, ms])).toEqual([
        ['t', pieces],
        ['', 1],
      ]);
    }
  });

  it('is bytes alone from the moment they are compressed or encrypted', () => {
    const greeted = (): Conversation => new Conversation().answer(GREETING);
    const secure = greeted().ask(login(0x800)).ask('\x16\x03\x01').heardBy(side);
    expect(secure).toMatchObject({ protocol: Protocol.tls, heard: [] });
    const compressed = greeted().ask(login(0x20)).answer(OK(2)).heardBy(side);
    expect(compressed).toMatchObject({ protocol: Protocol.opaque, heard: [] });
  });

  it('counts what never got an answer', () => {
    const { heard } = new Conversation().ask(query('SELECT SLEEP(9)')).close().heardBy(side);
    expect(heard[0]?.attributes['error.type']).toBe('no_response');
  });

  it('takes nothing else for its own', () => {
    const others = [
      'GET /SELECT HTTP/1.1\r\n\r\n',
      `\x0b\0\0\0${'\x16'.repeat(11)}`,
      `\x06\0\0\0\x03\x01\x02\x03\x04\x05`,
      `\x20\0\0\x01\x03select 1 from t where a = 12345`,
    ];
    for (const other of others) {
      expect(new Conversation().ask(other).heardBy(side).protocol).not.toBe(Protocol.mysql);
    }
  });

  it('survives any bytes', { timeout: 60_000 }, () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.constantFrom<Uint8Array>(OK(1), EOF(2), result(['a']), query('SELECT 1'), execute(1)),
    );
    const step = fc.tuple(fc.boolean(), fc.array(bytes, { minLength: 1, maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const conversation = new Conversation().answer(GREETING);
        for (const [asks, pieces] of steps) {
          if (asks) conversation.ask(...pieces);
          else conversation.answer(...pieces);
        }
        conversation.close().heardBy(side);
      }),
      { numRuns: 100 },
    );
  });
});
