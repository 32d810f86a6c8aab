import { describe, expect, it } from 'vitest';
import {
  MalformedError,
  protobufToJsonBytes,
  readRequest,
  SIGNALS,
  type Signal,
} from '../src/index.ts';
import { plainMessage } from '../src/json/plain-message.ts';
import { requestOf } from '../src/schema/request-of.ts';
import { Random, randomMessage } from './oracle/random-wire.ts';

const REQUESTS = 400;
const MUTATIONS = 10;

/** The text, or what was wrong. */
function attempt(work: () => string): string {
  try {
    return work();
  } catch (error) {
    if (error instanceof MalformedError) return 'malformed';
    throw error;
  }
}

function fast(signal: Signal, bytes: Uint8Array): string {
  return attempt(() => Buffer.from(protobufToJsonBytes(signal, bytes)).toString('utf8'));
}

function slow(signal: Signal, bytes: Uint8Array): string {
  return attempt(() => JSON.stringify(plainMessage(readRequest(signal, bytes), true)));
}

describe('protobuf as JSON in one pass', () => {
  it.each(SIGNALS)('writes of %s what a tree of the request is, to the byte', (signal) => {
    const random = new Random(17);
    let malformed = 0;
    for (let request = 0; request < REQUESTS; request++) {
      const bytes = randomMessage(random, requestOf(signal));
      expect(fast(signal, bytes)).toBe(slow(signal, bytes));
      for (let mutation = 0; mutation < MUTATIONS && bytes.length > 0; mutation++) {
        const broken = bytes.slice(0, random.below(bytes.length) + 1);
        broken[random.below(broken.length)] = random.below(256);
        const text = slow(signal, broken);
        expect(fast(signal, broken)).toBe(text);
        if (text === 'malformed') malformed++;
      }
    }
    expect(malformed).toBeGreaterThan(0);
  });

  it('writes fields that come in pieces together', () => {
    // Two spans with a schema URL between them, and a URL that is said twice.
    const scope = Buffer.from('12032a0161' + '1a0178' + '12032a0162' + '1a0179', 'hex');
    const spans = Buffer.concat([Buffer.from([0x12, scope.length]), scope]);
    const bytes = Buffer.concat([Buffer.from([0x0a, spans.length]), spans]);
    expect(JSON.parse(fast('traces', bytes))).toEqual(JSON.parse(slow('traces', bytes)));
    expect(JSON.parse(fast('traces', bytes)).resourceSpans[0].scopeSpans[0].schemaUrl).toBe('y');
  });
});
