import type { AnalysisProgress } from '@sonde/backend/api-contract';
import { failureOf, type QueryValue, requestUrl } from '../api/fetch-json.ts';
import { RequestFailure } from '../api/request-failure.ts';
import { isRecord, type Shape } from '../api/shapes.ts';

export interface AnalysisRequest<T> {
  readonly path: string;
  readonly query: Readonly<Record<string, QueryValue>>;
  readonly shape: Shape<T>;
  readonly signal: AbortSignal;
  readonly report: (progress: AnalysisProgress) => void;
}

/** An answer is a few hundred kilobytes. */
const ANSWER_CHARACTERS_MAX = 64 * 1024 * 1024;

/**
 * An answer that tells how far it is: lines of JSON, the last has it. Throws `RequestFailure`, or
 * `AbortError` when superseded.
 */
export async function fetchAnalysis<T>(
  request: AnalysisRequest<T>,
  fetchFn: typeof fetch = fetch,
): Promise<T> {
  const { path, query, shape, signal, report } = request;
  const response = await fetchFn(requestUrl(path, query), {
    headers: { accept: 'application/x-ndjson' },
    signal,
  });
  if (!response.ok || response.body === null) {
    const body: unknown = await response.json().catch(() => undefined);
    throw failureOf(response.status, body);
  }
  for await (const line of linesOf(response.body)) {
    const parsed: unknown = JSON.parse(line);
    if (!isRecord(parsed)) continue;
    if (isProgress(parsed['progress'])) report(parsed['progress']);
    else if ('error' in parsed) throw failureOf(response.status, parsed);
    else if (shape(parsed['answer'])) return parsed['answer'];
  }
  throw new RequestFailure({
    code: 'UNEXPECTED_ANSWER',
    message: `The answer to ${path} ended early.`,
    hint: 'Ask again; if it stays, reload the page.',
  });
}

function isProgress(value: unknown): value is AnalysisProgress {
  return isRecord(value) && typeof value['step'] === 'string' && typeof value['of'] === 'number';
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (value !== undefined) rest += decoder.decode(value, { stream: true });
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      yield* lines.filter((line) => line !== '');
      if (done) break;
      if (rest.length > ANSWER_CHARACTERS_MAX) throw new RangeError('the answer does not end');
    }
    if (rest !== '') yield rest;
  } finally {
    reader.releaseLock();
  }
}
