import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SondeError } from '@sonde/pipeline';
import { contractHost, contractSignalSettings } from '@sonde/pipeline/contract-suite';
import { unpack } from '@sonde/pipeline/packing';
import { protobufToJsonBytes, type Signal } from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { fileConfig } from '../src/config.ts';
import { fileExporterFactory } from '../src/factory.ts';
import { exporting, linesOf, scratchFolder, stop } from './exporting.ts';
import { logsBytes, requestBytes, telemetryOf } from './otlp-data.ts';

function jsonOf(signal: Signal, bytes: Uint8Array): string {
  return Buffer.from(protobufToJsonBytes(signal, bytes)).toString();
}

describe('a file of JSON', () => {
  it('has a line of OTLP/JSON a batch, in the order of the batches', async () => {
    const path = join(scratchFolder(), 'logs.json');
    const { exporter } = await exporting({ path });
    const bodies = Array.from({ length: 50 }, (_, index) => logsBytes({ body: `line ${index}` }));
    await Promise.all(bodies.map((bytes) => exporter.consume(telemetryOf('logs', bytes))));
    expect(linesOf(path)).toEqual(bodies.map((bytes) => jsonOf('logs', bytes)));
  });

  it('joins the requests of a batch in one line', async () => {
    const path = join(scratchFolder(), 'logs.json');
    const { exporter } = await exporting({ path });
    await exporter.consume(telemetryOf('logs', logsBytes(), logsBytes()));
    const lines = linesOf(path);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '').resourceLogs).toHaveLength(2);
  });

  it('is emptied at the start, or appended to', async () => {
    for (const [append, lines] of [
      [true, 2],
      [false, 1],
    ] as const) {
      const path = join(scratchFolder(), 'logs.json');
      writeFileSync(path, 'old\n');
      const { exporter } = await exporting({ path, append });
      await exporter.consume(telemetryOf('logs', logsBytes()));
      expect(linesOf(path)).toHaveLength(lines);
    }
  });

  it('keeps what this process wrote when a reload opens it again', async () => {
    const path = join(scratchFolder(), 'logs.json');
    for (const lines of [1, 2]) {
      const { exporter } = await exporting({ path });
      await exporter.consume(telemetryOf('logs', logsBytes()));
      await stop(exporter);
      expect(linesOf(path)).toHaveLength(lines);
    }
  });

  it('is emptied by the first opening that succeeds', async () => {
    const path = join(scratchFolder(), 'later', 'logs.json');
    await expect(exporting({ path })).rejects.toThrow();
    mkdirSync(dirname(path));
    writeFileSync(path, 'old\n');
    await exporting({ path });
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  it('is one for all signals of an id', async () => {
    const path = join(scratchFolder(), 'all.json');
    const config = fileConfig.parse({ path });
    const exporters = (['traces', 'logs'] as const).map((signal) => ({
      signal,
      exporter: fileExporterFactory.create(contractSignalSettings('file', signal), config),
    }));
    for (const { exporter, signal } of exporters) {
      await exporter.start(contractHost());
      await exporter.consume(telemetryOf(signal, requestBytes(signal)));
    }
    for (const { exporter } of exporters) await stop(exporter);
    expect(linesOf(path).map((line) => Object.keys(JSON.parse(line))[0])).toEqual([
      'resourceSpans',
      'resourceLogs',
    ]);
  });

  it('lies in a folder that is made where that is wanted', async () => {
    const path = join(scratchFolder(), 'a/b/logs.json');
    const config = { path, create_directory: true, directory_permissions: '0700' };
    await exporting(config);
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
  });
});

describe('a file of protobuf', () => {
  it('has the length of each message in front of it, most significant byte first', async () => {
    const path = join(scratchFolder(), 'traces.bin');
    const { exporter } = await exporting({ path, format: 'proto' }, 'traces');
    const bytes = requestBytes('traces');
    await exporter.consume(telemetryOf('traces', bytes));
    await exporter.consume(telemetryOf('traces', bytes));
    const file = readFileSync(path);
    expect(file.readUInt32BE(0)).toBe(bytes.length);
    expect(file.length).toBe(2 * (4 + bytes.length));
    expect(file.subarray(4, 4 + bytes.length).equals(bytes)).toBe(true);
  });
});

const UNPACKING = {
  bytesMax: 1_000_000,
  account: { take: () => {}, giveBack: () => {} },
  tooLarge: () => new SondeError('TOO_LARGE', 'too large'),
};

describe('a compressed file', () => {
  it.each(['json', 'proto'])(
    'has one zstd frame a message of %s behind its length',
    async (format) => {
      const path = join(scratchFolder(), 'traces.zst');
      const config = { path, format, compression: 'zstd', compression_params: { level: 9 } };
      const { exporter } = await exporting(config, 'traces');
      const bytes = requestBytes('traces');
      await exporter.consume(telemetryOf('traces', bytes));
      const file = readFileSync(path);
      const length = file.readUInt32BE(0);
      expect(file.length).toBe(4 + length);
      const unpacked = Buffer.from(await unpack(file.subarray(4), 'zstd', UNPACKING));
      const message = format === 'json' ? Buffer.from(protobufToJsonBytes('traces', bytes)) : bytes;
      expect(unpacked.equals(message)).toBe(true);
    },
  );
});

describe('a file that cannot be written', () => {
  it('fails the start with the path and the reason, as Go says it', async () => {
    const path = join(scratchFolder(), 'no/such/folder/logs.json');
    await expect(exporting({ path })).rejects.toThrow(`open ${path}: no such file or directory`);
  });

  it('gives data back, says so once, and goes on when there is room again', async () => {
    const { exporter, logger } = await exporting({ path: '/dev/full' });
    for (let tries = 0; tries < 3; tries += 1) {
      await expect(exporter.consume(telemetryOf('logs', logsBytes()))).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: 'write /dev/full: no space left on device',
      });
    }
    expect(logger.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  it('keeps no part of a message that did not fit', () => {
    const folder = scratchFolder();
    const path = join(folder, 'logs.json');
    const script = fileURLToPath(new URL('./write-until-full.ts', import.meta.url));
    // Files are not longer than 8 KiB for that process: the system writes a part, then refuses.
    const command = `ulimit -f 8; exec "${process.execPath}" --import tsx "${script}" "${path}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
    expect(stderr).toBe('');
    const { taken, refused } = JSON.parse(stdout);
    expect(refused).toBeGreaterThan(0);
    const lines = linesOf(path);
    expect(lines).toHaveLength(taken);
    expect(readFileSync(path, 'utf8').endsWith('\n')).toBe(true);
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty('resourceLogs');
  });

  it('refuses bytes that are no OTLP for good', async () => {
    const path = join(scratchFolder(), 'logs.json');
    const { exporter } = await exporting({ path });
    const broken = telemetryOf('logs', logsBytes());
    const [request] = broken.requests;
    const bytes = Uint8Array.from([0x0a, 0x7f]);
    const telemetry = broken.withRequests(request === undefined ? [] : [{ ...request, bytes }]);
    await expect(exporter.consume(telemetry)).rejects.toMatchObject({ code: 'INVALID_DATA' });
    expect(readFileSync(path, 'utf8')).toBe('');
  });
});

describe('a path that is no file', () => {
  it('is refused at the start', async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'logs.json'));
    await expect(exporting({ path: join(folder, 'logs.json') })).rejects.toThrow('directory');
    expect(existsSync(folder)).toBe(true);
  });
});
