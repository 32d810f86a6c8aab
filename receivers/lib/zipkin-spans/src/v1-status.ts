import type { AnyValue } from '@sonde/proto';
import { textOf } from '@sonde/wire-formats';

const OK = 1;
const ERROR = 2;
const INT32_MAX = 2_147_483_647;

interface Told {
  code?: number;
  message: string;
}

/**
 * The status that binary annotations tell, as the Collector's translator weighs them: OpenCensus's
 * code, `otel.status_code`, `error`, and at last the HTTP status.
 */
export class V1Status {
  readonly #census: Told = { message: '' };
  readonly #otel: Told = { message: '' };
  readonly #http: Told = { message: '' };
  #hasError = false;

  /** Takes note of an annotation; true where it is the status and no attribute. */
  take(key: string, value: AnyValue): boolean {
    switch (key) {
      case 'census.status_code':
        note(this.#census, value, (code) => (code === 0 ? OK : ERROR));
        return true;
      case 'census.status_description':
      case 'opencensus.status_description':
        this.#census.message = textOf(value) ?? '';
        return true;
      case 'otel.status_code':
        note(this.#otel, value, (code) => code);
        return true;
      case 'otel.status_description':
        this.#otel.message = textOf(value) ?? '';
        return true;
      case 'error':
        this.#hasError = true;
        return true;
      case 'http.status_code':
      case 'http.response.status_code':
        note(this.#http, value, (code) => (code >= 100 && code < 400 ? 0 : ERROR));
        return false;
      case 'http.status_message':
        this.#http.message = textOf(value) ?? '';
        return false;
      default:
        return false;
    }
  }

  get told(): { readonly code: number; readonly message: string } | undefined {
    for (const { code, message } of [this.#census, this.#otel, this.#error(), this.#http]) {
      if (code !== undefined) return { code, message };
    }
    return undefined;
  }

  #error(): Told {
    const message = this.#census.message === '' ? this.#otel.message : this.#census.message;
    return this.#hasError ? { code: ERROR, message } : { message };
  }
}

function note(told: Told, value: AnyValue, toCode: (code: number) => number): void {
  const text = value.intValue === undefined ? textOf(value) : String(value.intValue);
  if (text === undefined || !/^[+-]?\d+$/.test(text)) return;
  const code = Number(text);
  if (Math.abs(code) <= INT32_MAX) told.code = toCode(code);
}
