import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backupName } from '../src/rotation.ts';
import { exporting, linesOf, scratchFolder } from './exporting.ts';
import { logsBytes, telemetryOf } from './otlp-data.ts';

const MEGABYTE = 1024 * 1024;
const OLD = /^logs-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}-size\.json$/;

describe('rotation', () => {
  it('starts a new file before one is too long and loses no line', async () => {
    const folder = scratchFolder();
    const path = join(folder, 'logs.json');
    const { exporter } = await exporting({ path, rotation: { max_megabytes: 1 } });
    const body = 'x'.repeat(300_000);
    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        exporter.consume(telemetryOf('logs', logsBytes({ body: `${index} ${body}` }))),
      ),
    );
    const names = readdirSync(folder).sort();
    expect(names).toHaveLength(4);
    expect(names.filter((name) => OLD.test(name))).toHaveLength(3);
    for (const name of names) {
      expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(MEGABYTE);
    }
    const lines = names.flatMap((name) => linesOf(join(folder, name)));
    const numbers = lines.map((line) => Number(/"stringValue":"(\d+) /.exec(line)?.[1]));
    expect(numbers.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('keeps so many old files and none older than so many days', async () => {
    const folder = scratchFolder();
    const path = join(folder, 'logs.json');
    const day = 86_400_000;
    const names = [1, 2, 5].map((days) =>
      backupName(path, new Date(Date.now() - days * day + 60_000), false),
    );
    for (const name of names) writeFileSync(name, 'old\n');
    // Names of the Collector before it said why it rotated, and what is none of ours.
    writeFileSync(join(folder, 'logs-2020-01-02T03-04-05.006.json'), 'older\n');
    writeFileSync(join(folder, 'logs-of-somebody.json'), 'else\n');
    writeFileSync(path, `${'x'.repeat(MEGABYTE - 10)}\n`);
    const rotation = { max_megabytes: 1, max_backups: 2, max_days: 3 };
    const { exporter } = await exporting({ path, rotation });
    await exporter.consume(telemetryOf('logs', logsBytes()));
    const left = readdirSync(folder);
    expect(left).toContain('logs-of-somebody.json');
    expect(left).not.toContain('logs-2020-01-02T03-04-05.006.json');
    expect(left.filter((name) => OLD.test(name))).toHaveLength(2);
    expect(names.map((name) => left.some((other) => name.endsWith(other)))).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('appends to the file of an earlier run', async () => {
    const path = join(scratchFolder(), 'logs.json');
    writeFileSync(path, 'earlier\n');
    const { exporter } = await exporting({ path, rotation: {} });
    await exporter.consume(telemetryOf('logs', logsBytes()));
    expect(linesOf(path)).toHaveLength(2);
  });

  it('gives a message that is longer than a file one of its own', async () => {
    const folder = scratchFolder();
    const path = join(folder, 'logs.json');
    const { exporter } = await exporting({ path, rotation: { max_megabytes: 1 } });
    const long = logsBytes({ body: 'x'.repeat(2 * MEGABYTE) });
    await exporter.consume(telemetryOf('logs', logsBytes()));
    await exporter.consume(telemetryOf('logs', long));
    await exporter.consume(telemetryOf('logs', logsBytes()));
    const names = readdirSync(folder);
    expect(names).toHaveLength(3);
    for (const name of names) expect(linesOf(join(folder, name))).toHaveLength(1);
    expect(readFileSync(path).length).toBeLessThan(1000);
  });

  it('names old files by local time where that is wanted', () => {
    const at = new Date(2026, 0, 2, 15, 4, 5, 6);
    expect(backupName('a/b.c.json', at, true)).toBe('a/b.c-2026-01-02T15-04-05.006-size.json');
  });
});
