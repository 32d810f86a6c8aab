import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { protobufToJson } from '@sonde/proto';
import { collectorPath } from '../../../../scripts/lib/collector.mjs';

export { freePort } from '@sonde/pipeline/test/free-port';

const ROOT = new URL('../../../..', import.meta.url).pathname;
const BINARY = collectorPath(ROOT, 'full');

/** Why the comparison with the Collector cannot run; undefined where it can. */
export const COLLECTOR_MISSING: string | undefined = existsSync(BINARY)
  ? undefined
  : 'no full Collector: npm run setup:collector -- full';

/** A span as both sides can be compared: attributes by name, what is absent left out. */
export type PlainSpan = Readonly<Record<string, unknown>>;

/** What a Collector with this receiver makes of what `send` sends; it is stopped before it is read. */
export async function collectorSpans(
  receivers: Readonly<Record<string, unknown>>,
  send: () => Promise<void>,
): Promise<readonly PlainSpan[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sonde-collector-'));
  const path = join(folder, 'traces.json');
  const config = JSON.stringify({
    receivers,
    exporters: { file: { path } },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: { receivers: Object.keys(receivers), exporters: ['file'] } },
    },
  });
  const child = spawn(BINARY, ['--config', `yaml:${config}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    await isReady(child);
    await send();
    child.kill('SIGINT');
    if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
    const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
    return inOrder(lines.flatMap((line) => plainSpans(JSON.parse(line))));
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  }
}

/** The same of requests that Sonde made. */
export function spansOf(requests: readonly Uint8Array[]): readonly PlainSpan[] {
  return inOrder(
    requests.flatMap((bytes) => plainSpans(JSON.parse(protobufToJson('traces', bytes)))),
  );
}

async function isReady(child: ChildProcess): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${output}`)));
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Everything is ready')) resolve();
    });
  });
}

function inOrder(spans: readonly PlainSpan[]): readonly PlainSpan[] {
  const key = (span: PlainSpan): string => `${span['spanId']} ${span['name']} ${span['kind']}`;
  return [...spans].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function elements(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function plainSpans(request: unknown): PlainSpan[] {
  return elements(fields(request)['resourceSpans']).flatMap((group) =>
    elements(fields(group)['scopeSpans']).flatMap((scoped) =>
      elements(fields(scoped)['spans']).map((span) => ({
        ...plain(span),
        resource: attributes(fields(fields(group)['resource'])['attributes']),
        scope: plain(fields(scoped)['scope']),
      })),
    ),
  );
}

function attributes(list: unknown): Record<string, unknown> {
  return Object.fromEntries(
    elements(list).map((each) => [String(fields(each)['key']), plainValue(fields(each)['value'])]),
  );
}

function plainValue(value: unknown): unknown {
  const [[kind, held] = []] = Object.entries(fields(value));
  return kind === undefined ? {} : { [kind]: typeof held === 'number' ? held : String(held) };
}

/** Empty members are as good as absent ones. */
function plain(message: unknown): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields(message))) {
    const made = plainMember(key, value);
    if (!isEmpty(made)) result[key] = made;
  }
  return result;
}

function plainMember(key: string, value: unknown): unknown {
  if (key === 'attributes') return attributes(value);
  if (key === 'events' || key === 'links') return elements(value).map(plain);
  return key === 'status' ? plain(value) : value;
}

function isEmpty(value: unknown): boolean {
  if (value === '' || value === 0 || value === '0') return true;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
