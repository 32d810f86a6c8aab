import { createHash } from 'node:crypto';
import { jsonOf, requestOf, TestGraph, telemetryOf } from '@sonde/processor-test-graph';
import type { Signal } from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { redactionProcessorFactory as factory } from '../src/index.ts';

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const int = (key: string, intValue: string) => ({ key, value: { intValue } });
const IDS = { traceId: '1'.repeat(32), spanId: '2'.repeat(16) };
const CARD = '4111111111111111';

async function through(signal: Signal, config: string, json: object): Promise<unknown> {
  const graph = await TestGraph.start({ factory, signal, config });
  await graph.send(telemetryOf([requestOf(signal, json)]));
  return graph.arrived.flatMap(jsonOf)[0];
}

const traces = (attributes: object[]) => ({
  resourceSpans: [{ scopeSpans: [{ spans: [{ ...IDS, name: 'a', attributes }] }] }],
});

/** The attributes of a span after the processor. */
async function redacted(config: string, attributes: object[]): Promise<unknown> {
  const changed = JSON.parse(JSON.stringify(await through('traces', config, traces(attributes))));
  return changed.resourceSpans[0].scopeSpans[0].spans[0].attributes;
}

const BLOCK = 'blocked_values: ["4[0-9]{15}"]';

describe('the processor redaction', () => {
  it('keeps allowed keys alone, and none when there are none', async () => {
    const attributes = [text('a', '1'), text('b', '2')];
    expect(await redacted('{allowed_keys: [b]}', attributes)).toEqual([text('b', '2')]);
    expect(await redacted('{}', attributes)).toBeUndefined();
  });

  it('masks matches in values, with stars or a hash', async () => {
    const attributes = [text('card', `pay ${CARD}!`), text('other', 'x')];
    expect(await redacted(`{allow_all_keys: true, ${BLOCK}}`, attributes)).toEqual([
      text('card', 'pay ****!'),
      text('other', 'x'),
    ]);
    const hash = createHash('md5').update(CARD).digest('hex');
    const config = `{allow_all_keys: true, hash_function: md5, ${BLOCK}}`;
    expect(await redacted(config, attributes)).toEqual([
      text('card', `pay ${hash}!`),
      text('other', 'x'),
    ]);
  });

  it('masks the whole value of a blocked key, whatever its type', async () => {
    const config = '{allow_all_keys: true, blocked_key_patterns: ["(?i)password"]}';
    const attributes = [text('db.Password', 'hunter2'), int('password', '7'), text('a', 'b')];
    expect(await redacted(config, attributes)).toEqual([
      text('db.Password', '****'),
      text('password', '****'),
      text('a', 'b'),
    ]);
  });

  it('looks into numbers when all types are redacted', async () => {
    expect(await redacted(`{allow_all_keys: true, ${BLOCK}}`, [int('n', CARD)])).toEqual([
      int('n', CARD),
    ]);
    const config = `{allow_all_keys: true, redact_all_types: true, ${BLOCK}}`;
    expect(await redacted(config, [int('n', CARD)])).toEqual([text('n', '****')]);
  });

  it('leaves ignored keys and allowed values', async () => {
    const config = `{allowed_keys: [a], ignored_keys: [b], allowed_values: ["^ok"], ${BLOCK}}`;
    const attributes = [text('a', `ok ${CARD}`), text('b', CARD), text('c', CARD)];
    expect(await redacted(config, attributes)).toEqual([text('a', `ok ${CARD}`), text('b', CARD)]);
  });

  it('says what it did', async () => {
    const attributes = [text('a', CARD), text('z', 'x'), text('y', 'x'), text('b', 'x')];
    const config = `allowed_keys: [a], ignored_keys: [b], ${BLOCK}`;
    expect(await redacted(`{${config}, summary: info}`, attributes)).toEqual([
      text('a', '****'),
      text('b', 'x'),
      int('redaction.redacted.count', '2'),
      int('redaction.masked.count', '1'),
      int('redaction.ignored.count', '1'),
    ]);
    expect(await redacted(`{${config}, summary: debug}`, attributes)).toEqual([
      text('a', '****'),
      text('b', 'x'),
      text('redaction.redacted.keys', 'y,z'),
      int('redaction.redacted.count', '2'),
      text('redaction.masked.keys', 'a'),
      int('redaction.masked.count', '1'),
      int('redaction.ignored.count', '1'),
    ]);
  });

  it('reaches resources, scopes, events and links, down to the bytes', async () => {
    const attributes = [text('card', CARD)];
    const json = {
      resourceSpans: [
        {
          resource: { attributes },
          scopeSpans: [
            {
              scope: { name: 's', attributes },
              spans: [
                {
                  ...IDS,
                  attributes,
                  events: [{ name: 'e', attributes }],
                  links: [{ ...IDS, attributes }],
                },
              ],
            },
          ],
        },
      ],
    };
    const config = `{allow_all_keys: true, ${BLOCK}}`;
    const graph = await TestGraph.start({ factory, signal: 'traces', config });
    await graph.send(telemetryOf([requestOf('traces', json)]));
    const [arrived] = graph.arrived;
    if (arrived === undefined) throw new Error('nothing arrived');
    expect(JSON.stringify(jsonOf(arrived)).split('****')).toHaveLength(6);
    expect(Buffer.from(arrived.requests[0]?.bytes ?? []).includes(CARD)).toBe(false);
    const { resources, scopes } = arrived.columns();
    expect(Buffer.from(resources.messages.run.used()).includes(CARD)).toBe(false);
    expect(Buffer.from(scopes.messages.run.used()).includes(CARD)).toBe(false);
  });

  it('masks bodies, also within maps and lists', async () => {
    const nested = { kvlistValue: { values: [text('card', CARD)] } };
    const logRecords = [{ body: { stringValue: `a ${CARD}` } }, { body: nested }, {}];
    const json = { resourceLogs: [{ scopeLogs: [{ logRecords }] }] };
    const config = `{allow_all_keys: true, summary: info, ${BLOCK}}`;
    const attributes = [int('redaction.body.masked.count', '1')];
    expect(await through('logs', config, json)).toEqual({
      resourceLogs: [
        {
          scopeLogs: [
            {
              logRecords: [
                { body: { stringValue: 'a ****' }, attributes },
                { body: { kvlistValue: { values: [text('card', '****')] } }, attributes },
                {},
              ],
            },
          ],
        },
      ],
    });
  });

  it('rules over keys of bodies as over attributes, and tells by paths', async () => {
    const inner = { kvlistValue: { values: [text('pin', '1'), text('note', CARD)] } };
    const values = [
      { key: 'card', value: inner },
      { key: 'list', value: { arrayValue: { values: [{ stringValue: CARD }, { intValue: 7 }] } } },
      text('gone', 'x'),
    ];
    const logRecords = [{ body: { kvlistValue: { values } } }];
    const json = { resourceLogs: [{ scopeLogs: [{ logRecords }] }] };
    const config =
      `{allowed_keys: [card, list, pin, note], blocked_key_patterns: [pin], summary: debug, ` +
      `${BLOCK}}`;
    const changed = JSON.stringify(await through('logs', config, json));
    expect(changed).not.toContain('"key":"gone"');
    expect(changed).toContain('"card.note,card.pin,list.[0]"');
    expect(changed).not.toContain(CARD);
  });

  it('leaves no copy of a key that a body has twice', async () => {
    const values = [text('a', 'x'), text('a', CARD)];
    const json = {
      resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { kvlistValue: { values } } }] }] }],
    };
    const changed = await through('logs', `{allow_all_keys: true, ${BLOCK}}`, json);
    expect(JSON.stringify(changed)).not.toContain(CARD);
  });

  it('masks attributes of points', async () => {
    const dataPoints = [{ timeUnixNano: '1', asInt: '1', attributes: [text('card', CARD)] }];
    const json = {
      resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'm', gauge: { dataPoints } }] }] }],
    };
    const changed = await through('metrics', `{allow_all_keys: true, ${BLOCK}}`, json);
    expect(changed).toEqual(JSON.parse(JSON.stringify(json).replace(CARD, '****')));
  });

  it('forwards the very bytes when there is nothing to redact', async () => {
    const config = `{allow_all_keys: true, ${BLOCK}}`;
    const graph = await TestGraph.start({ factory, signal: 'traces', config });
    const telemetry = telemetryOf([requestOf('traces', traces([text('a', 'b')]))]);
    await graph.send(telemetry);
    expect(graph.arrived[0]).toBe(telemetry);
  });

  it('refuses patterns that are none', async () => {
    const config = '{blocked_values: ["("]}';
    await expect(TestGraph.start({ factory, signal: 'traces', config })).rejects.toThrow(
      'failed to process block list: error compiling regex in list: error parsing regexp',
    );
  });
});
