import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prebuildsFolder } from '../src/kernel/native-addon.ts';

const ADDON = join(prebuildsFolder(), `${process.platform}-${process.arch}`, 'sonde-bpf.node');

/** Frees all but the last of 64 MB, which lies at the end: the C library keeps what is before it. */
const SCRIPT = `
const { trimMemory } = require(${JSON.stringify(ADDON)});
let buffers = Array.from({ length: 8192 }, () => Buffer.allocUnsafeSlow(8192).fill(1));
const last = buffers.at(-1);
buffers = undefined;
const collected = () => new Promise((resolve) => {
  globalThis.gc();
  const { arrayBuffers } = process.memoryUsage();
  setTimeout(() => resolve(arrayBuffers < 8e6 || collected()), 10);
});
collected().then(() => {
  const before = process.memoryUsage().rss;
  trimMemory();
  const freed = before - process.memoryUsage().rss;
  console.log(JSON.stringify({ freed, last: last.length }));
});
`;

describe('memory that the C library keeps', () => {
  it('is given back to the system', () => {
    const args = ['--expose-gc', '-e', SCRIPT];
    const said: { freed: number } = JSON.parse(
      execFileSync(process.execPath, args, { encoding: 'utf8' }),
    );
    expect(said.freed).toBeGreaterThan(32e6);
  });
});
