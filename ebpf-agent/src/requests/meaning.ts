/** What a request asked, without anything that it asked it with: no literal, no query string. */
export interface Meaning {
  /** `GET`, `SELECT`, `HGET`. */
  readonly operation: string;
  /** Of HTTP the path with its variable parts named, of databases the table; empty when unknown. */
  readonly target: string;
  /** Of HTTP the path without its query; of PostgreSQL the statement with its literals replaced. */
  readonly text: string;
}
