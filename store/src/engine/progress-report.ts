import { z } from 'zod';
import type { EngineConnection } from './engine-connection.ts';
import { TAG_SETTING } from './session-state.ts';
import { stringLiteral } from './sql-literals.ts';

const Row = z.record(z.string(), z.string());

export interface ProgressOptions {
  readonly control: EngineConnection;
  /** Of the connection whose statement is reported on. */
  readonly tag: string;
  readonly intervalMs: number;
  report(progress: string): void;
}

function statement(tag: string): string {
  return `SELECT toString(read_rows) AS read_rows, toString(read_bytes) AS read_bytes,
    toString(written_rows) AS written_rows, toString(written_bytes) AS written_bytes,
    toString(total_rows_approx) AS total_rows_to_read, '0' AS result_rows, '0' AS result_bytes,
    toString(toUInt64(elapsed * 1e9)) AS elapsed_ns
    FROM system.processes WHERE Settings['${TAG_SETTING}'] = ${stringLiteral(tag)} LIMIT 1`;
}

/** Asks the engine how far it is, every `intervalMs` while `work` runs. */
export async function withProgress(
  options: ProgressOptions,
  work: () => Promise<void>,
): Promise<void> {
  let running: Promise<void> | undefined;
  const ask = async (): Promise<void> => {
    const sql = statement(options.tag);
    const answer = await options.control.query({ sql, format: 'JSONEachRow', parameters: [] });
    const line = answer.data.toString('utf8').trim();
    if (line !== '') options.report(JSON.stringify(Row.parse(JSON.parse(line))));
  };
  const timer = setInterval(() => {
    // A report that fails is one the client does without; the next is asked for all the same.
    running ??= ask()
      .catch(() => undefined)
      .finally(() => {
        running = undefined;
      });
  }, options.intervalMs);
  try {
    await work();
  } finally {
    clearInterval(timer);
    await running;
  }
}
