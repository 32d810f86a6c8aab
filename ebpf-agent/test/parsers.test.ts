import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Protocol } from '../src/records/layout.ts';
import { protocolOf } from '../src/requests/protocols.ts';
import { Conversation, MAY_COMPILE } from './conversation.ts';

const RUNS = 25;
const STEPS_MAX = 24;

/** Conversations that a protocol is recognized by, and what else it says. */
const SEEDS: Readonly<Record<string, readonly string[]>> = {
  postgresql: [
    'Q\0\0\0\x0dSELECT 1\0',
    'Z\0\0\0\x05I',
    'E\0\0\0\x14SERROR\0C42P01\0\0',
    'S\0\0\0\x04',
  ],
  redis: [
    '*1\r\n$4\r\nPING\r\n',
    '+OK\r\n',
    '*2\r\n:1\r\n$3\r\nabc\r\n',
    '>1\r\n+x\r\n',
    '-ERR\r\n',
  ],
  mysql: ['\x09\0\0\0\x03SELECT 1', '\x07\0\0\x01\0\0\0\x02\0\0\0', '\x01\0\0\x01\x01'],
  mongodb: [
    '\x27\0\0\0\x07\0\0\0\0\0\0\0\xdd\x07\0\0\0\0\0\0\0\x12\0\0\0\x10ping\0\x01\0\0\0\0\0',
    '\x26\0\0\0\x09\0\0\0\x07\0\0\0\xdd\x07\0\0\0\0\0\0\0\x11\0\0\0\x01ok\0\0\0\0\0\0\0\0\0\0',
  ],
  kafka: ['\0\0\0\x0e\0\x12\0\0\0\0\0\x01\0\x04shop', '\0\0\0\x06\0\0\0\x01\0\0'],
  memcached: ['get a\r\n', 'END\r\n', 'set a 0 0 3\r\nabc\r\n', 'VALUE a 0 3\r\nabc\r\nEND\r\n'],
  rabbitmq: ['AMQP\0\0\x09\x01', '\x01\0\x01\0\0\0\x0b\0\x3c\0\x28\0\0\x01e\x01k\0\xce'],
  nats: ['INFO {}\r\n', 'PUB a 3\r\nabc\r\n', 'MSG a 1 3\r\nabc\r\n', 'PING\r\n'],
  clickhouse: [
    '\x01\x2401234567-89ab-cdef-0123-456789abcdef\x01\x07default\0\0\x02\0\x08SELECT 1      ',
    '\x01\0rows',
    '\x05',
    '\x02\x3c\0\0\0',
  ],
  cassandra: ['\x04\0\0\x01\x07\0\0\0\x08\0\0\0\x04USE ', '\x84\0\0\x01\x08\0\0\0\x04\0\0\0\x01'],
  http: ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'],
};

const SEED_LISTS = Object.values(SEEDS);

describe.runIf(MAY_COMPILE)('the parsers of the programs', { timeout: 120_000 }, () => {
  it.each(Object.entries(SEEDS))('survive any bytes among those of %s', (_name, seeds) => {
    const known = fc.constantFrom(...seeds);
    const others = fc.constantFrom(...SEED_LISTS.flat());
    const noise = fc.uint8Array({ maxLength: 48 }).map((bytes) => bytes);
    const cut = fc
      .tuple(known, fc.nat({ max: 40 }), fc.nat({ max: 40 }))
      .map(([text, from, to]) => text.slice(from % text.length, 1 + (to % text.length)) || 'x');
    const piece = fc.oneof({ weight: 6, arbitrary: known }, cut, others, noise);
    const step = fc.record({
      asks: fc.boolean(),
      pieces: fc.array(piece, { minLength: 1, maxLength: 4 }),
      repeat: fc.constantFrom(1, 1, 1, 300),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: STEPS_MAX }), (steps) => {
        const conversation = new Conversation().ask(seeds[0] ?? '');
        for (const { asks, pieces, repeat } of steps) {
          const all = pieces.flatMap((one) => Array.from({ length: repeat }, () => one));
          const said = repeat === 1 ? pieces : [Buffer.concat(all.map((one) => Buffer.from(one)))];
          if (asks) conversation.ask(...said);
          else conversation.answer(...said);
        }
        const { heard } = conversation.close().heardBy('server');
        for (const { operation, ms } of heard) {
          expect(typeof operation).toBe('string');
          expect(ms).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: RUNS },
    );
  });
});

describe('what is made of texts', () => {
  it('is never an exception, whatever the bytes of requests and answers', () => {
    const text = fc
      .uint8Array({ maxLength: 384 })
      .map((bytes) => Buffer.from(bytes).toString('latin1'));
    const protocol = fc.constantFrom(...Object.values(Protocol));
    fc.assert(
      fc.property(protocol, text, (number, bytes) => {
        const reading = protocolOf(number);
        if (reading === undefined) return;
        const { operation, target } = reading.read(reading.essence?.(bytes) ?? bytes);
        expect([typeof operation, typeof target]).toEqual(['string', 'string']);
      }),
      { numRuns: 2_000 },
    );
  });
});
