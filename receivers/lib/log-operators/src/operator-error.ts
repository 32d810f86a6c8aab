/** An entry that an operator cannot work on; `on_error` says what becomes of it. */
export class OperatorError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'OperatorError';
  }
}
