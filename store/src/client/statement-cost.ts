import { z } from 'zod';

/** What a statement cost the store. */
export interface StatementCost {
  readonly rowsRead: number;
  readonly bytesRead: number;
  readonly rowsWritten: number;
  readonly elapsedMs: number;
}

const count = z.coerce.number().catch(0);
const SummarySchema = z.object({
  read_rows: count,
  read_bytes: count,
  written_rows: count,
  elapsed_ns: count,
});

export const NO_COST: StatementCost = { rowsRead: 0, bytesRead: 0, rowsWritten: 0, elapsedMs: 0 };

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy may have cut or dropped the header: the cost is unknown, the result is not.
    return undefined;
  }
}

/** Reads `X-ClickHouse-Summary`; zeros where there is none. */
export function readCost(headers: Readonly<Record<string, unknown>> | undefined): StatementCost {
  const header = headers?.['x-clickhouse-summary'];
  if (typeof header !== 'string') return NO_COST;
  const summary = SummarySchema.safeParse(parseJson(header));
  if (!summary.success) return NO_COST;
  return {
    rowsRead: summary.data.read_rows,
    bytesRead: summary.data.read_bytes,
    rowsWritten: summary.data.written_rows,
    elapsedMs: summary.data.elapsed_ns / 1e6,
  };
}
