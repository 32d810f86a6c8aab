import { describe, expect, it } from 'vitest';
import { SPANS } from '../src/program/ottl-context.ts';
import { columnsOf, countHolding, TRACES } from './batch.ts';

const CLIENT = {
  address: '10.0.0.1',
  metadata: new Map([['x-org', ['a', 'b']]]),
  auth: new Map([['user', 'ann']]),
};

function holds(condition: string): boolean {
  return countHolding(SPANS, columnsOf('traces', TRACES), condition, CLIENT) > 0;
}

describe('metadata of the client', () => {
  it.each([
    'otelcol.client.metadata["X-Org"] == "a"',
    'otelcol.client.metadata["x-org"][0] == "a"',
    'otelcol.client.metadata["x-org"][1] == "b"',
    'otelcol.client.metadata["none"][1] == nil',
    'otelcol.grpc.metadata["x-org"][1] == "b"',
    'otelcol.client.auth.attributes["user"] == "ann"',
  ])('%s', (condition) => {
    expect(holds(condition)).toBe(true);
  });

  it('has no value beyond the last, and none within a value', () => {
    expect(() => holds('otelcol.client.metadata["x-org"][2] == "b"')).toThrow(
      'index 2 out of bounds',
    );
    expect(() => holds('otelcol.client.metadata["x-org"][0][0] == "a"')).toThrow(
      "cannot index into a value's text",
    );
  });
});
