import {
  createStoreClient,
  identifier,
  int64,
  joinSql,
  param,
  StoreError,
  sql,
  tableName,
  uint64Number,
} from '@sonde/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type EngineUnderTest, INTERNAL_TOKEN, startTestEngine } from './engine-under-test.ts';

describe('sql', () => {
  it('keeps values apart from text, numbered across nested parts', () => {
    const conditions = [sql`a = ${param.string("'; DROP")}`, sql`b > ${param.uint32(5)}`];
    const statement = sql`SELECT ${identifier('n')} FROM ${tableName('d.t')} WHERE ${joinSql(conditions, ' AND ')} LIMIT ${param.uint8(1)}`;
    expect(statement.render()).toEqual({
      text: 'SELECT `n` FROM `d`.`t` WHERE a = {p0:String} AND b > {p1:UInt32} LIMIT {p2:UInt8}',
      parameters: { p0: "'; DROP", p1: '5', p2: '1' },
    });
    expect(joinSql([], ', ').render().text).toBe('');
  });

  it('takes no name that is none', () => {
    for (const name of ['a b', 'a`', "a'; --", '', '1a']) {
      expect(() => identifier(name)).toThrow(RangeError);
      expect(() => tableName(`d.${name}`)).toThrow(RangeError);
    }
  });

  it('takes no number that would be rounded', () => {
    expect(() => param.uint64(2 ** 53)).toThrow(RangeError);
    expect(() => param.uint32(1.5)).toThrow(RangeError);
    expect(param.uint64(2n ** 64n - 1n).value).toBe('18446744073709551615');
  });
});

describe('the store client', () => {
  let under: EngineUnderTest;
  beforeAll(async () => {
    under = await startTestEngine();
  });
  afterAll(() => under.close());

  it('brings every parameter type there and back', async () => {
    const client = createStoreClient({ url: under.url, role: 'user' });
    const row = z.object({
      float: z.string(),
      bool: z.boolean(),
      nano: int64,
      ms: int64,
      big: int64,
      small: z.number(),
    });
    const { rows } = await client.query(
      sql`SELECT toString(${param.float64(-0.1)}) AS float, ${param.bool(true)} AS bool,
          toUnixTimestamp64Nano(${param.unixNano(1_700_000_000_123_456_789n)}) AS nano,
          toUnixTimestamp64Milli(${param.unixMs(1_700_000_000_123)}) AS ms,
          ${param.int64(-(2n ** 63n))} AS big, ${param.uint8(255)} AS small`,
      row,
    );
    expect(rows).toEqual([
      {
        float: '-0.1',
        bool: true,
        nano: 1_700_000_000_123_456_789n,
        ms: 1_700_000_000_123n,
        big: -(2n ** 63n),
        small: 255,
      },
    ]);
    await client.close();
  });

  it('refuses rows that are not what the caller expects', async () => {
    const client = createStoreClient({ url: under.url, role: 'user' });
    const wrong = client.query(sql`SELECT 'text' AS n`, z.object({ n: uint64Number }));
    await expect(wrong).rejects.toMatchObject({ code: 'STORE_UNEXPECTED_ROW', retryable: false });
    const large = client.query(
      sql`SELECT ${param.uint64(2n ** 60n)} AS n`,
      z.object({ n: uint64Number }),
    );
    await expect(large).rejects.toMatchObject({ kind: 'unexpected_row' });
    await client.close();
  });

  it('calls a store that is away unreachable, and worth another try', async () => {
    const client = createStoreClient({ url: 'http://127.0.0.1:1', role: 'user' });
    expect(await client.ping()).toBe(false);
    const failed = client.command(sql`SELECT 1`);
    await expect(failed).rejects.toBeInstanceOf(StoreError);
    await expect(failed).rejects.toMatchObject({ code: 'STORE_UNREACHABLE', retryable: true });
    await client.close();
  });

  it('shows wrong credentials as what they are', async () => {
    const client = createStoreClient({ url: under.url, role: 'internal', token: 'wrong' });
    await expect(client.command(sql`SELECT 1`)).rejects.toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      retryable: false,
    });
    await client.close();
  });

  it('does nothing for a caller that has aborted already', async () => {
    const client = createStoreClient({ url: under.url, role: 'internal', token: INTERNAL_TOKEN });
    const aborted = AbortSignal.abort();
    await expect(
      client.command(sql`CREATE DATABASE never`, { signal: aborted }),
    ).rejects.toMatchObject({
      kind: 'aborted',
    });
    const { rows } = await client.query(
      sql`SELECT name FROM system.databases WHERE name = 'never'`,
      z.object({ name: z.string() }),
    );
    expect(rows).toEqual([]);
    await client.close();
  });
});
