/** A grok pattern that cannot be made, or text that is not of its type. */
export class GrokError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'GrokError';
  }
}
