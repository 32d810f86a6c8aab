import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  createStoreClient,
  migrate,
  type SpawnedEngine,
  Sql,
  type StoreClient,
  spawnEngine,
} from '../src/index.ts';

const TOKEN = 'internal-token-of-a-test';
const QUANTILES = [0.5, 0.9, 0.95, 0.99] as const;
/** What the issue of roll-ups promises. */
const ERROR_MAX = 0.1;

let directory: string;
let engine: SpawnedEngine;
let client: StoreClient;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sonde-quantiles-'));
  engine = await spawnEngine({ directory, tokens: [{ role: 'internal', token: TOKEN }] });
  client = createStoreClient({ url: engine.url, role: 'internal', token: TOKEN });
  await migrate(client);
  // Four shapes: even, a long tail, two humps, a constant; every third span stands for ten.
  await client.command(
    new Sql(
      [
        `INSERT INTO sonde.spans (tenant, timestamp, duration_ns, service, name, kind, weight,
          retention_days)
        SELECT 'default', now64(9), toInt64(multiIf(
            number % 4 = 0, 1000000 + (cityHash64(number) % 100000000),
            number % 4 = 1, 1000000 * exp(6 * (cityHash64(number) % 1000000) / 1000000),
            number % 4 = 2, if(cityHash64(number) % 3 = 0, 2000000000, 3000000) + number % 100000,
            7000000)),
          ['even', 'tail', 'humps', 'same'][number % 4 + 1], 'GET', 2, if(number % 3 = 0, 10, 1), 14
        FROM numbers(200000)`,
      ],
      [],
    ),
  );
});

afterAll(async () => {
  await client.close();
  await engine.stop();
  await rm(directory, { recursive: true, force: true });
});

const Row = z.object({ service: z.string(), exact: z.number(), told: z.number() });

describe('a quantile of red_1m', () => {
  it.each(QUANTILES)('is within 10 % of the exact one, weights included: %f', async (quantile) => {
    const { rows } = await client.query(
      new Sql(
        [
          `WITH sumMap(duration_histogram.1, duration_histogram.2) AS histogram,
            arrayFirstIndex(c -> c >= ${quantile} * arraySum(histogram.2),
              arrayCumSum(histogram.2)) AS place
          SELECT service, exact,
            least(exp2((histogram.1[place] + 0.5) / 4), toFloat64(max(duration_ns_max))) AS told
          FROM sonde.red_1m AS r
          INNER JOIN (
            SELECT service, toFloat64(quantileExactWeighted(${quantile})(duration_ns,
              toUInt64(weight))) AS exact
            FROM sonde.spans GROUP BY service
          ) AS e USING (service)
          GROUP BY service, exact ORDER BY service`,
        ],
        [],
      ),
      Row,
    );
    expect(rows.map(({ service }) => service)).toEqual(['even', 'humps', 'same', 'tail']);
    for (const { service, exact, told } of rows) {
      expect(Math.abs(told / exact - 1), `${service}: ${told} for ${exact}`).toBeLessThan(
        ERROR_MAX,
      );
    }
  });
});
