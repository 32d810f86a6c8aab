import Database from 'libsql';

/** A whole copy of the state database as of now, while others write; `target` must not exist. */
export function copyState(path: string, target: string): void {
  const database = new Database(path);
  try {
    database.prepare('VACUUM INTO ?').run(target);
  } finally {
    database.close();
  }
}
