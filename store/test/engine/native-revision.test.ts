import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineUnderTest, INTERNAL_TOKEN, startTestEngine } from './engine-under-test.ts';

/** What Go's client speaks; its blocks begin with 8 bytes and have one more a column. */
const REVISION = '54460';
const BLOCK_INFO_BYTES = 8;
const INFO = '010002ffffffff00';

/** An expression a type, over `number`. */
const EXPRESSIONS: readonly string[] = [
  'toUInt8(number)',
  'toInt128(number)',
  'toUInt256(number)',
  'toBFloat16(number)',
  'toFloat32(number)',
  "toDate('2026-01-01') + number",
  "toDate32('2026-01-01') + number",
  "toDateTime64(number, 9, 'Etc/UTC')",
  'toDecimal32(number, 2)',
  'toDecimal64(number, 2)',
  'toDecimal128(number, 2)',
  'toDecimal256(number, 2)',
  'toIntervalDay(number)',
  'generateUUIDv4(number)',
  "toIPv4('10.0.0.1')",
  "toIPv6('::1')",
  'number % 2 = 0',
  'NULL',
  "CAST(number % 2 + 1, $$Enum8('a, (b' = 1, 'it\\'s)' = 2)$$)",
  'repeat(toString(number), number * 40)',
  "toFixedString('abc', 5)",
  'toNullable(toString(number))',
  'if(number % 2 = 0, NULL, number)',
  'range(number)',
  'arrayMap(x -> arrayMap(y -> toString(y), range(x)), range(number))',
  'CAST(toString(number % 3), $$LowCardinality(String)$$)',
  'CAST(toString(number), $$LowCardinality(Nullable(String))$$)',
  'arrayMap(x -> CAST(toString(x), $$LowCardinality(String)$$), range(number))',
  "map('a', number, 'b', 2)",
  "CAST(map('a', 'x'), $$Map(LowCardinality(String), String)$$)",
  "(number, 'x', [1, 2])",
  'CAST((number, toString(number)), $$Tuple(a UInt8, `b (c` String)$$)',
  "CAST([(1, 'x')], $$Nested(a UInt8, b String)$$)",
  'CAST((1., 2.), $$Point$$)',
  'CAST([[(1., 2.)]], $$Polygon$$)',
  'tuple()',
];

describe('blocks for a client of a protocol revision', () => {
  let under: EngineUnderTest;
  beforeAll(async () => {
    under = await startTestEngine();
  });
  afterAll(async () => under.close());

  async function native(sql: string, revision: string | undefined, more = ''): Promise<Buffer> {
    const asked = revision === undefined ? '' : `&client_protocol_version=${revision}`;
    const headers = { 'X-ClickHouse-User': 'internal', 'X-ClickHouse-Key': INTERNAL_TOKEN };
    const url = `${under.url}/?default_format=Native${asked}${more}`;
    const answer = await fetch(url, { method: 'POST', body: sql, headers });
    const body = Buffer.from(await answer.arrayBuffer());
    if (!answer.ok) throw new Error(body.toString('utf8'));
    return body;
  }

  it.each(EXPRESSIONS)('say more before the bytes of %s', async (expression) => {
    const sql = `SELECT 1 AS before, ${expression} AS c, 'end' AS after FROM numbers(5)`;
    const [bare, revised] = [await native(sql, undefined), await native(sql, REVISION)];
    expect(revised.length).toBe(bare.length + BLOCK_INFO_BYTES + 3);
    expect(revised.toString('hex')).toMatch(new RegExp(`^${INFO}0305`));
    // The column after it is found, with its byte between type and values.
    const lastColumn = Buffer.from(`\x05after\x06String\x00${'\x03end'.repeat(5)}`);
    expect(revised.subarray(-lastColumn.length).equals(lastColumn)).toBe(true);
  });

  it('without the byte of serialization for clients that do not know it', async () => {
    const sql = "SELECT 'check' AS c";
    const [bare, revised] = [await native(sql, undefined), await native(sql, '54405')];
    expect(revised.toString('hex')).toBe(INFO + bare.toString('hex'));
  });

  it.each(['', '&wait_end_of_query=1'])('begin so each, however many (%s)', async (more) => {
    const sql = 'SELECT number AS zqn FROM numbers(300000) SETTINGS max_block_size = 50000';
    const revised = await native(sql, REVISION, more);
    const heads = revised.toString('latin1').split('\x03zqn\x06UInt64\x00').length - 1;
    expect(heads).toBeGreaterThanOrEqual(5);
    expect(revised.length).toBeGreaterThan(300_000 * 8 + heads * BLOCK_INFO_BYTES);
  });

  it('refuses what only the engine can measure, with what to do', async () => {
    await expect(native('SELECT sumState(1) AS s', REVISION)).rejects.toThrow(
      /Code: 48.*type AggregateFunction\(sum, UInt8\) is not supported: convert the column/s,
    );
    await expect(native('SELECT 1', '7')).rejects.toThrow(/Code: 36.*a number from 54405 on/s);
  });

  it('leaves other formats alone', async () => {
    const body = await native('SELECT 1 AS a FORMAT JSONEachRow', REVISION);
    expect(body.toString('utf8')).toBe('{"a":1}\n');
  });
});
