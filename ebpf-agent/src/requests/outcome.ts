/** What became of a request. */
export interface Outcome {
  /** Of HTTP the code, 0 without an answer; of some databases their own number of an error. */
  readonly status: number;
  /** `ExchangeFlag`. */
  readonly flags: number;
  /** Of databases what went wrong; empty when nothing did. */
  readonly code: string;
  readonly answerBytes: number;
}
