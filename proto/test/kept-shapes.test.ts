import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const FLAGS = ['--expose-gc', '--trace-opt', '--trace-deopt', '--single-threaded'];
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

describe('hidden classes that are kept', () => {
  it('leave the code of decoding, editing and encoding as it is at full collections', () => {
    const child = join(import.meta.dirname, 'kept-shapes-child.ts');
    const output = execFileSync(process.execPath, [...FLAGS, '--import', 'tsx', child], {
      encoding: 'utf8',
      maxBuffer: OUTPUT_BYTES_MAX,
    });
    expect(output.match(/^collection$/gm)).toHaveLength(3);
    expect(output).toMatch(/completed compiling .*decodeSpan/);
    const forgotten = output.split('\n').filter((line) => /reason: weak objects/.test(line));
    const names = forgotten.map((line) => /SharedFunctionInfo ([^>]*)>/.exec(line)?.[1]);
    const ours = names.filter((name) => name !== undefined && PATH.includes(name));
    expect(ours).toEqual([]);
  }, 180_000);
});

const PATH: readonly string[] = [
  'appendAttribute',
  'appendBytes',
  'decodeScopeGroup',
  'decodeSpan',
  'intern',
  'openRow',
  'append',
  'writeAttributes',
  'writeGroups',
  'writeSpan',
];
