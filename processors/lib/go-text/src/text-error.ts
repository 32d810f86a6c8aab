/** Text that does not have the form it should have; `message` is worded as the Collector words it. */
export class TextError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TextError';
  }
}
