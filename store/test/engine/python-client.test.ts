import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type EngineUnderTest,
  INGEST_TOKEN,
  INTERNAL_TOKEN,
  startTestEngine,
} from './engine-under-test.ts';
import { type PythonAnswer, pythonWithClickHouse } from './python-venv.ts';

const SCRIPT = fileURLToPath(new URL('./clickhouse_connect_check.py', import.meta.url));
const SETUP_TIMEOUT_MS = 300_000;

describe('clickhouse-connect', () => {
  let under: EngineUnderTest | undefined;
  let answer: PythonAnswer;

  beforeAll(async () => {
    answer = await pythonWithClickHouse();
    if (answer.python !== undefined) under = await startTestEngine();
  }, SETUP_TIMEOUT_MS);
  afterAll(async () => {
    await under?.close();
  });

  it('connects, inserts, queries and streams with its default compression and with zstd', async (context) => {
    if (answer.python === undefined || under === undefined) {
      context.skip(answer.missing);
      return;
    }
    const { stdout } = await promisify(execFile)(answer.python, [
      SCRIPT,
      '127.0.0.1',
      String(under.engine.port),
      INGEST_TOKEN,
      INTERNAL_TOKEN,
    ]);
    expect(stdout.trim().split('\n')).toEqual([
      'version 26.7.2.1',
      'written 50000',
      'zstd 50000',
      "rows [[49998, 'row 49998\\n\\n; DROP TABLE py.t;', '49998'], [49999, 'row 49999\\n\\n; DROP TABLE py.t;', '49999']]",
      'sum 1249975000',
      'command 50000',
      'streamed 50000',
      'refused True',
      'refused True',
    ]);
  });
});
