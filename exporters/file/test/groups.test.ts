import { readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RecordingLogger } from '@sonde/pipeline/contract-suite';
import { describe, expect, it } from 'vitest';
import { fileConfig } from '../src/config.ts';
import { FileEvents } from '../src/file-events.ts';
import { GroupedFiles } from '../src/grouped-files.ts';
import { exporting, linesOf, scratchFolder } from './exporting.ts';
import { logsBytes, telemetryOf } from './otlp-data.ts';

function dataFor(tenant: string, body = 'hello'): Uint8Array {
  return logsBytes({ attributes: { tenant }, body });
}

describe('files by a resource attribute', () => {
  const group_by = { enabled: true, resource_attribute: 'tenant' };

  it('get the resources whose value they are named after', async () => {
    const folder = scratchFolder();
    const { exporter } = await exporting({ path: `${folder}/of/*.json`, group_by });
    const requests = ['a', 'b/c', 'a'].map((tenant, index) => dataFor(tenant, `body ${index}`));
    await exporter.consume(telemetryOf('logs', ...requests));
    const lines = linesOf(join(folder, 'of/a.json'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/body 0.*body 2/);
    expect(linesOf(join(folder, 'of/b/c.json'))[0]).toContain('body 1');
  });

  it('never lie outside the configured folder', () => {
    const config = fileConfig.parse({ path: '/data/tenants/*.json', group_by });
    const files = new GroupedFiles(config, new FileEvents('file', new RecordingLogger()));
    expect(files.pathOf('../../etc/passwd')).toBe('/data/tenants/etc/passwd.json');
    expect(files.pathOf('/etc/passwd')).toBe('/data/tenants/etc/passwd.json');
    expect(files.pathOf('a/../b')).toBe('/data/tenants/b.json');
  });

  it('do not take what has no such attribute; that is dropped and said', async () => {
    const folder = scratchFolder();
    const { exporter, logger } = await exporting({ path: `${folder}/of/*.json`, group_by });
    await exporter.consume(telemetryOf('logs', logsBytes(), dataFor('a')));
    await exporter.consume(telemetryOf('logs', dataFor('x'.repeat(300)), dataFor('n\0l')));
    expect(readdirSync(join(folder, 'of'))).toEqual(['a.json']);
    expect(logger.lines.map(({ message, fields }) => [message, fields['reason']])).toEqual([
      ['Items are dropped because their resource names no file.', 'no attribute tenant'],
    ]);
  });

  it('are open only so many at once, and keep what they had when they are opened again', async () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, '0.json'), 'of an earlier run\n');
    const { exporter } = await exporting({
      path: `${folder}/*.json`,
      group_by: { ...group_by, max_open_files: 2 },
    });
    for (let round = 0; round < 3; round += 1) {
      const tenants = Array.from({ length: 5 }, (_, index) => dataFor(String(index)));
      await exporter.consume(telemetryOf('logs', ...tenants));
    }
    for (let index = 0; index < 5; index += 1) {
      expect(linesOf(join(folder, `${index}.json`))).toHaveLength(3);
    }
  });

  it('give data back while their folder cannot be made', async () => {
    const folder = scratchFolder();
    symlinkSync('ring', join(folder, 'ring'));
    const { exporter, logger } = await exporting({ path: `${folder}/ring/*.json`, group_by });
    await expect(exporter.consume(telemetryOf('logs', dataFor('a')))).rejects.toMatchObject({
      retryable: true,
    });
    expect(logger.lines.map(({ message }) => message)).toEqual(['Failed to open a file.']);
  });
});
