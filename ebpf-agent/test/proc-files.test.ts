import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readProcess } from '../src/entities/known-process.ts';
import { ProcFiles } from '../src/entities/proc-files.ts';

describe('files of /proc', () => {
  let root = '';
  let files: ProcFiles;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sonde-proc-files-'));
    files = new ProcFiles(root);
    mkdirSync(join(root, '7'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function place(name: string, text: string): void {
    writeFileSync(join(root, '7', name), text);
  }

  it.each<readonly [string, readonly string[] | undefined]>([
    ['', undefined],
    ['A=1\0', []],
    ['OTEL_A=1\0B=2\0OTEL_C=ä\0', ['OTEL_A=1', 'OTEL_C=ä']],
    // Within another variable, or at the end of one, it is none.
    ['A=OTEL_B=1\0MY_OTEL_C=2\0OTEL_\0', ['OTEL_']],
    ['OTEL_A=OTEL_B=1', ['OTEL_A=OTEL_B=1']],
  ])('have parts: of %j those that are asked for', (text, parts) => {
    place('environ', text);
    expect(files.parts(7, 'environ', 'OTEL_')).toEqual(parts);
  });

  it('have none where they cannot be read', () => {
    expect(files.parts(8, 'environ', 'OTEL_')).toBeUndefined();
  });

  it('say of a process where it runs once for it and those that it starts there', () => {
    const program = { pid: 7, parent: 1, file: '/bin/a', command: ['a'], name: 'a' };
    place('environ', 'A=1\0');
    place('cgroup', '0::/system.slice/a.service\n');
    const before = {
      ...readProcess(files, { program, before: undefined, mayRead: true }),
      startedMs: 0,
    };
    const child = readProcess(files, { program, before, mayRead: true });
    expect(child.place).toBe(before.place);
    place('cgroup', '0::/system.slice/b.service\n');
    const elsewhere = readProcess(files, { program, before, mayRead: true });
    expect([before.place.unit, elsewhere.place.unit]).toEqual(['a', 'b']);
  });
});
