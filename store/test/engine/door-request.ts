export interface DoorAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface DoorRequest {
  readonly sql?: string;
  readonly body?: Uint8Array | string;
  readonly params?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: 'GET' | 'POST';
  readonly signal?: AbortSignal;
}

/** One bare HTTP request; `sql` goes into the URL, `body` into the body. */
export async function ask(
  url: string,
  user: string,
  password: string,
  request: DoorRequest,
): Promise<DoorAnswer> {
  const target = new URL(url);
  if (request.sql !== undefined) target.searchParams.set('query', request.sql);
  for (const [name, value] of Object.entries(request.params ?? {})) {
    target.searchParams.set(name, value);
  }
  const method = request.method ?? 'POST';
  const answer = await fetch(target, {
    method,
    headers: { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password, ...request.headers },
    ...(method === 'POST' ? { body: request.body ?? '' } : {}),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}
