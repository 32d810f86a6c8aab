import { describe, expect, it } from 'vitest';
import { PatternMiner, RecordSplitter } from '../src/index.ts';

const MIB = 1 << 20;

describe('a stream of bytes', () => {
  it('of one endless line is one record of its first 64 KiB; the rest is counted, and what follows is read', () => {
    const records: number[] = [];
    const miner = new PatternMiner();
    const splitter = new RecordSplitter((bytes, from, to) => {
      records.push(to - from);
      miner.add(miner.source('a'), bytes, from, to);
    });
    const chunk = Buffer.alloc(MIB, 'word 7 ');
    for (let i = 0; i < 48; i++) splitter.push(chunk);
    splitter.push(Buffer.from('\nafter it\n'));
    splitter.end();
    expect(records).toEqual([65_535, 8]);
    expect(splitter.droppedBytes).toBe(48 * MIB - 65_535);
    expect(miner.lines).toBe(2);
    expect(miner.leaves).toBe(2);
  });

  it('of a stack trace without end is one record, and the line behind it another', () => {
    const records: number[] = [];
    const splitter = new RecordSplitter((_bytes, from, to) => records.push(to - from));
    splitter.push(Buffer.from('java.io.IOException: no block\n'));
    for (let i = 0; i < 9000; i++)
      splitter.push(Buffer.from(`\tat shop.Cart.add(Cart.java:${i})\n`));
    splitter.push(Buffer.from('next line\n'));
    splitter.end();
    expect(records).toEqual([65_535, 9]);
    expect(splitter.droppedBytes).toBeGreaterThan(200_000);
  });

  it('of bytes that are no text gives a record a line, every byte of it', () => {
    const bytes = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 167 + (i >> 3)) & 255));
    let taken = 0;
    let records = 0;
    const splitter = new RecordSplitter((_bytes, from, to) => {
      taken += to - from;
      records++;
    });
    for (let at = 0; at < bytes.length; at += 97) splitter.push(bytes.subarray(at, at + 97));
    splitter.end();
    const newlines = bytes.filter((byte) => byte === 10).length;
    // Lines that begin with a blank belong to the record before, with the newline between.
    expect(taken).toBe(bytes.length - (records - (bytes.at(-1) === 10 ? 0 : 1)));
    expect(records).toBeLessThanOrEqual(newlines + 1);
    expect(splitter.droppedBytes).toBe(0);
  });
});
