import type { Context } from 'hono';
import type { Api, ApiEnv } from './env.ts';
import { ApiFailure } from './failure.ts';
import { failureResponse } from './refuse.ts';

const HINT = 'GET /api/docs describes what it has.';

/** Answers what no route of the API took: 405 where the path takes other methods, else 404. */
export function addUnserved(api: Api): void {
  const methods = methodsByPath(api);
  api.all('/api/*', (context: Context<ApiEnv>) => {
    const { method, path } = context.req;
    const allowed = methods.find(({ matches }) => matches(path))?.methods;
    if (allowed === undefined) {
      throw new ApiFailure('NOT_FOUND', `the API has no ${method} ${path}`, { hint: HINT });
    }
    const takes = [...allowed].join(', ');
    const message = `${path} takes ${takes}, not ${method}`;
    const answer = failureResponse(new ApiFailure('METHOD_NOT_ALLOWED', message, { hint: HINT }));
    answer.headers.set('Allow', takes);
    return answer;
  });
}

interface PathMethods {
  readonly methods: ReadonlySet<string>;
  matches(path: string): boolean;
}

function methodsByPath(api: Api): PathMethods[] {
  const byPath = new Map<string, Set<string>>();
  for (const { path, method } of api.routes) {
    if (!path.startsWith('/api/') || path.includes('*') || method === 'ALL') continue;
    const methods = byPath.get(path) ?? new Set();
    methods.add(method);
    byPath.set(path, methods);
  }
  // Fixed paths first: `versions` is no `:version`.
  const paths = [...byPath].sort(([a], [b]) => Number(a.includes(':')) - Number(b.includes(':')));
  return paths.map(([path, methods]) => ({ methods, matches: (text) => isOf(path, text) }));
}

function isOf(pattern: string, path: string): boolean {
  const wanted = pattern.split('/');
  const given = path.split('/');
  return (
    wanted.length === given.length &&
    wanted.every((part, i) => (part.startsWith(':') ? given[i] !== '' : part === given[i]))
  );
}
