/** A page that cannot be read. The line counts from 1. */
export class PageError extends Error {
  constructor(line: number, reason: string) {
    super(`line ${line}: ${reason}`);
    this.name = 'PageError';
  }
}
