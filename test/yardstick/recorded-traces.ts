import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readCsv } from './structured-csv.ts';

/** A span as a recording has it: without a kind, without an outcome. */
export interface RecordedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentId: string;
  readonly pod: string;
  readonly name: string;
  readonly startNano: bigint;
  readonly endNano: bigint;
}

/** Spans of the `*_trace.csv` and `*_trace.csv.gz` below a folder, a list a file, in order of name. */
export function readRecordings(directory: string): readonly (readonly RecordedSpan[])[] {
  return filesBelow(directory, /_trace\.csv(\.gz)?$/).map((path) =>
    readCsv(readText(path)).map((row) => ({
      traceId: row['TraceID'] ?? '',
      spanId: row['SpanID'] ?? '',
      parentId: row['ParentID'] === 'root' ? '' : (row['ParentID'] ?? ''),
      pod: row['PodName'] ?? '',
      name: row['OperationName'] ?? '',
      startNano: BigInt(row['StartTimeUnixNano'] ?? 0),
      endNano: BigInt(row['EndTimeUnixNano'] ?? 0),
    })),
  );
}

/** `caller callee` for each edge that a mesh saw: the columns of `source_50.csv`; none without it. */
export function readMeshEdges(directory: string): ReadonlySet<string> {
  const edges = new Set<string>();
  for (const path of filesBelow(directory, /source_50\.csv(\.gz)?$/)) {
    const [header = ''] = readText(path).split(/\r?\n/, 1);
    for (const column of header.split(',')) {
      const [caller, callee, ...rest] = column.split('_');
      if (caller !== undefined && callee !== undefined && rest.length === 0) {
        edges.add(`${caller} ${callee}`);
      }
    }
  }
  return edges;
}

/** A Deployment's name without what Kubernetes puts behind it. */
export function serviceOfPod(pod: string): string {
  return pod.replace(/-[0-9a-f]{6,10}-[0-9a-z]{5}$/, '');
}

function filesBelow(directory: string, pattern: RegExp): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function readText(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}
