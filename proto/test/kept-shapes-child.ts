import { decodeRequests, encodeSegments, SpanEditor } from '@sonde/proto';
import { loadRequest } from '@sonde/proto/bench/load';

/** With `--expose-gc --trace-deopt`: what a full collection makes V8 forget stands in the output. */
const ROUNDS = 60;
const request = {
  signal: 'traces' as const,
  bytes: loadRequest('traces', 1),
  itemCount: 512,
  tenant: 'default',
  receivedUnixMs: 1,
};

function pass(): void {
  const columns = decodeRequests('traces', [request]);
  if (columns.signal !== 'traces') return;
  const editor = new SpanEditor(columns);
  const key = editor.attributes.internKey('edited');
  for (let row = 0; row < columns.count; row++) {
    editor.openRow(row);
    editor.attributes.append(key, 'yes');
  }
  encodeSegments(editor.finish());
}

for (let collection = 0; collection < 3; collection++) {
  for (let round = 0; round < ROUNDS; round++) pass();
  process.stdout.write('collection\n');
  globalThis.gc?.();
}
