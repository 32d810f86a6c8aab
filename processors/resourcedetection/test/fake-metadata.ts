import { createServer, type IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';

export interface FakeMetadata {
  readonly endpoint: string;
  /** `GET /path` of every request that came. */
  readonly asked: string[];
}

type Answer = string | ((request: IncomingMessage) => string | undefined);

/** A metadata service: answers by `GET /path`; undefined or unknown is 404, never an answer `hang`. */
export async function fakeMetadata(
  answers: Readonly<Record<string, Answer>>,
): Promise<FakeMetadata> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const line = `${request.method} ${request.url}`;
    asked.push(line);
    const answer = answers[line];
    const body = typeof answer === 'function' ? answer(request) : answer;
    if (body === 'hang') return;
    response.statusCode = body === undefined ? 404 : 200;
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { endpoint: `http://127.0.0.1:${address.port}`, asked };
}
