import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DISK_SLOTS } from '../src/host/disk-waits.ts';
import { USAGE_FIELDS } from '../src/host/task-usage.ts';
import { COUNTERS } from '../src/kernel/counters.ts';
import * as layout from '../src/records/layout.ts';

const BPF = fileURLToPath(new URL('../bpf/', import.meta.url));
const hasCompiler = spawnSync('cc', ['--version']).status === 0;

/** Structures and where their members are expected, by their path in C. */
const MEMBERS: readonly (readonly [string, Readonly<Record<string, number>>, string])[] = [
  ['exchange_record', layout.HEAD, 'head.'],
  ['exchange_record', layout.ENDS, 'ends.'],
  ['exchange_record', layout.EXCHANGE, ''],
  ['frames_record', layout.ENDS, 'ends.'],
  ['frames_record', layout.FRAMES, ''],
  ['placed_record', layout.PLACED, ''],
  ['connection_record', layout.ENDS, 'ends.'],
  ['connection_record', layout.CONNECTION, ''],
  ['listener_record', layout.ENDS, 'ends.'],
  ['listener_record', layout.LISTENER, ''],
  ['process_record', layout.HEAD, 'head.'],
  ['process_record', layout.PROCESS, ''],
  ['exit_record', layout.EXIT, ''],
  ['usage_record', layout.USAGE, ''],
  ['victim_record', layout.VICTIM, ''],
];

/** Enumerators by the values expected of them. */
const VALUES: readonly (readonly [string, Readonly<Record<string, number>>])[] = [
  ['RECORD', layout.Kind],
  ['ROLE', layout.Role],
  ['PROTOCOL', layout.Protocol],
  ['EXCHANGE', layout.ExchangeFlag],
  ['CONNECTION', layout.ConnectionFlag],
  ['COUNT', Object.fromEntries(COUNTERS.map((name, index) => [name, index]))],
];

describe('the layout of records', () => {
  it.runIf(hasCompiler)('is the same in C and here', () => {
    const expectations = [
      ...MEMBERS.flatMap(([struct, members, prefix]) =>
        Object.entries(members).map(
          ([name, offset]) =>
            [`__builtin_offsetof(struct ${struct}, ${prefix}${name})`, offset] as const,
        ),
      ),
      ...VALUES.flatMap(([prefix, values]) =>
        Object.entries(values).map(
          ([name, value]) => [`${prefix}_${name.toUpperCase()}`, value] as const,
        ),
      ),
      ['COUNTERS', COUNTERS.length] as const,
      ['DISK_SLOTS', DISK_SLOTS] as const,
      ['sizeof(struct task_usage)', 8 * USAGE_FIELDS] as const,
      ['CODE_BYTES', layout.CODE_BYTES] as const,
    ];
    const asserts = expectations.map(
      ([expression, value]) => `_Static_assert(${expression} == ${value}, "${expression}");`,
    );
    const folder = mkdtempSync(join(tmpdir(), 'sonde-layout-'));
    try {
      const source = join(folder, 'layout.c');
      const types = ['8', '16', '32', '64']
        .map((b) => `typedef uint${b}_t u${b};\ntypedef int${b}_t s${b};`)
        .join('\n');
      writeFileSync(
        source,
        `#include <stdint.h>\n${types}\n#include "record.h"\n${asserts.join('\n')}\n`,
      );
      const result = spawnSync('cc', ['-fsyntax-only', '-I', BPF, source], { encoding: 'utf8' });
      expect(result.stderr).toBe('');
      expect(result.status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
