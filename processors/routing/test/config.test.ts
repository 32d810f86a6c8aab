import { describe, expect, it } from 'vitest';
import { RoutingConfigSchema } from '../src/index.ts';
import { Routed } from './routed.ts';

const pipelines = ['traces/a'];

function textsOf(config: unknown): readonly string[] {
  const parsed = RoutingConfigSchema.safeParse(config);
  return parsed.success ? [] : parsed.error.issues.map(({ message }) => message);
}

describe('a configuration that makes no sense', () => {
  it.each([
    [null, 'invalid routing table: the routing table is empty'],
    [{ table: [{ pipelines }] }, 'invalid route: no condition or statement provided'],
    [
      { table: [{ condition: 'true', statement: 'route()', pipelines }] },
      'invalid route: both condition and statement provided',
    ],
    [{ table: [{ condition: 'true' }] }, 'invalid route: no pipelines defined'],
    [{ table: [{ condition: 'true', pipelines, context: 'scope' }] }, 'invalid context: scope'],
    [
      { table: [{ statement: 'route()', pipelines, context: 'request' }] },
      `"request" context requires a 'condition'`,
    ],
    [
      { table: [{ condition: 'request["a"]', pipelines, context: 'request' }] },
      'condition does not contain a valid comparator',
    ],
    [
      { table: [{ condition: 'request["a"] == "b" == "c"', pipelines, context: 'request' }] },
      'condition contains multiple comparators',
    ],
    [
      { table: [{ condition: 'a == "b"', pipelines, context: 'request' }] },
      `condition must have format 'request["<name>"] <comparator> <value>'`,
    ],
    [
      { table: [{ condition: 'request["a"] == b', pipelines, context: 'request' }] },
      `condition must have format 'request["<name>"] <comparator> "<value>"'`,
    ],
    [{ table: [{ condition: 'true', pipelines, action: 'both' }] }, 'invalid Action string: both'],
    [
      { table: [{ condition: 'true', pipelines: ['spans/a'] }] },
      'in "spans/a" id: unknown pipeline signal: "spans"',
    ],
    [{ table: [{ condition: 'true', pipelines }], error_mode: 'Loud' }, 'unknown error mode loud'],
  ])('%j is refused: %s', (config, text) => {
    expect(textsOf(config)).toEqual([text]);
  });
});

describe('a table that cannot be built', () => {
  it.each([
    [
      { condition: 'span.attributes["a"] = "b"', pipelines },
      'unable to parse OTTL statement "route() where span.attributes[\\"a\\"] = \\"b\\""',
    ],
    [
      { context: 'span', statement: 'set(span.name, "x")', pipelines },
      'unable to parse OTTL statement "set(span.name, \\"x\\")": undefined function "set"',
    ],
    [
      { context: 'otelcol', condition: 'span.name == "x"', pipelines },
      'context "span" from path "span.name" is not valid, it must be replaced by one of: "otelcol"',
    ],
    [
      { condition: 'true', pipelines: ['traces/x'] },
      'pipeline not found: missing consumer: "traces/x"',
    ],
  ])('%j: %s', (route, text) => {
    expect(() => new Routed('traces', { table: [route] })).toThrow(text);
  });
});

describe('what is odd and allowed', () => {
  it('is a route that says what another says: left out, with a warning', () => {
    const condition = 'resource.attributes["a"] == "b"';
    const routed = new Routed('traces', {
      table: [
        { condition, pipelines },
        { context: 'resource', condition, pipelines: ['traces/b'] },
      ],
    });
    expect(routed.logger.lines.map(({ message }) => message)).toEqual([
      'Statement "route() where resource.attributes[\\"a\\"] == \\"b\\"" already exists in the routing table, the route with target pipeline(s) "traces/b" will be ignored.',
    ]);
  });

  it('is a path without a context, which is the resource’s', () => {
    const routed = new Routed('traces', {
      table: [{ condition: 'attributes["a"] == "b"', pipelines }],
    });
    expect(routed.logger.lines).toEqual([]);
  });

  it('is a route of another signal, which is warned of', () => {
    const routed = new Routed('traces', { table: [{ condition: 'log.body == "b"', pipelines }] });
    expect(routed.logger.lines.map(({ message }) => message)).toEqual([
      'A route of context "log" never matches in a pipeline of traces.',
    ]);
  });
});
