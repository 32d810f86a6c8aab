type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Where the backend says what nobody was answered with. The engine's logger fits. */
export interface BackendLog {
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

/** One line of JSON a happening on standard error. */
export const STDERR_LOG: BackendLog = {
  warn: (message, fields) => write('warn', message, fields),
  error: (message, fields) => write('error', message, fields),
};

function write(level: string, message: string, fields: Fields = {}): void {
  process.stderr.write(`${JSON.stringify({ level, message, ...fields })}\n`);
}
