/** `ENOSPC`, `ERR_INVALID_ARG_VALUE`; empty where there is none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** `ENOENT: no such file or directory, open '/x'` as Go says it: `open /x: no such file ...`. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const match = /^[A-Z0-9]+: ([^,]+), (\w+)(?: '(.*)')?$/s.exec(error.message);
  if (match === null) return error.message;
  const [, reason = '', call = '', path] = match;
  return `${call}${path === undefined ? '' : ` ${path}`}: ${reason}`;
}
