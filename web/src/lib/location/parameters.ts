/** What to change in the URL's query: null or an empty text removes the parameter. */
export type ParameterPatch = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Parameters that go along from page to page. */
export const CARRIED: readonly string[] = ['from', 'to', 'refresh'];

/** Longest text taken from the URL for one parameter. */
const TEXT_LENGTH_MAX = 2000;

/** The same of a list: 200 span ids are 3400 characters. */
const LIST_LENGTH_MAX = 8000;

/** Path and query of `url` with the patch applied; other parameters and their order stay. */
export function withParameters(url: URL, patch: ParameterPatch): string {
  const next = new URLSearchParams(url.searchParams);
  applyPatch(next, patch);
  return address(url.pathname, next);
}

/** An address of another page: the time range goes along, filters of this page do not. */
export function linkTo(url: URL, path: string, patch: ParameterPatch = {}): string {
  const next = new URLSearchParams();
  for (const key of CARRIED) {
    const value = url.searchParams.get(key);
    if (value !== null) next.set(key, value);
  }
  applyPatch(next, patch);
  return address(path, next);
}

export function readText(parameters: URLSearchParams, key: string): string {
  return (parameters.get(key) ?? '').slice(0, TEXT_LENGTH_MAX);
}

export function readFlag(parameters: URLSearchParams, key: string): boolean {
  return parameters.get(key) === 'true';
}

/** A finite number, zero or more; else undefined. */
export function readNumber(parameters: URLSearchParams, key: string): number | undefined {
  const text = parameters.get(key);
  if (text === null || text.trim() === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** One of the choices; the first is the default. */
export function readChoice<T extends string>(
  parameters: URLSearchParams,
  key: string,
  choices: readonly [T, ...T[]],
): T {
  const text = parameters.get(key);
  return choices.find((choice) => choice === text) ?? choices[0];
}

/** A list parted by commas, empty entries dropped, at most `countMax`. */
export function readList(parameters: URLSearchParams, key: string, countMax: number): string[] {
  const text = (parameters.get(key) ?? '').slice(0, LIST_LENGTH_MAX);
  return text === '' ? [] : text.split(',').filter(Boolean).slice(0, countMax);
}

function applyPatch(parameters: URLSearchParams, patch: ParameterPatch): void {
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || value === undefined || value === '' || value === false) {
      parameters.delete(key);
    } else {
      parameters.set(key, String(value));
    }
  }
}

function address(path: string, parameters: URLSearchParams): string {
  const query = parameters.toString();
  return query === '' ? path : `${path}?${query}`;
}
