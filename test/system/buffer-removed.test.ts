import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { encodeRequest } from '@sonde/proto';
import { afterAll, it } from 'vitest';
import { Sonde } from './sonde.ts';

const LIVES = 3;

const sonde = new Sonde();

afterAll(async () => {
  await sonde.remove();
});

/** A log record of that life: as long in each, so that nothing but its text differs. */
function logOf(life: number): Uint8Array {
  const body = { stringValue: `life ${life}` };
  const timeUnixNano = String(BigInt(Date.now()) * 1_000_000n);
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'removed' } }] };
  return encodeRequest('logs', {
    resourceLogs: [{ resource, scopeLogs: [{ logRecords: [{ timeUnixNano, body }] }] }],
  });
}

it('stores what comes after somebody removed the buffer, though its offsets begin anew', async () => {
  for (let life = 1; life <= LIVES; life += 1) {
    await sonde.up();
    await sonde.send('logs', logOf(life));
    const stored = "SELECT count() FROM logs WHERE service = 'removed'";
    await sonde.untilSelect(stored, String(life));
    await sonde.stop();
    rmSync(join(sonde.directory, 'buffer'), { recursive: true });
  }
}, 180_000);
