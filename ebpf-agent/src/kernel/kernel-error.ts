/** What the kernel refused, in one line for people. */
export function refusalOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const log = 'log' in error && typeof error.log === 'string' ? error.log : '';
  const detail = lastWords(log);
  const what = code === undefined ? error.message : `${error.message} (${code})`;
  return detail === undefined ? what : `${what}; ${detail}`;
}

/** The line of the verifier or of libbpf that says why. */
function lastWords(log: string): string | undefined {
  const lines = log
    .split('\n')
    .map((line) => line.trim())
    .filter(
      (line) => line !== '' && !/^(processed \d+|-- |verification time|stack depth)/.test(line),
    );
  const own = lines.filter((line) => !line.startsWith('libbpf:'));
  const line = own.at(-1) ?? lines.find((text) => /fail|not|unsupported/i.test(text));
  return line?.replace(/^libbpf: /, '').slice(0, 160);
}
