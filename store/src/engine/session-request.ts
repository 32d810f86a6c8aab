import { CODES, engineError } from './engine-error.ts';

const TIMEOUT_DEFAULT_SECONDS = 60;
/** ClickHouse's `max_session_timeout`. */
const TIMEOUT_MAX_SECONDS = 3600;

/** What a request says of its session: `session_id` and what goes with it. */
export interface SessionRequest {
  readonly id: string;
  /** How long the session lives after its last statement. */
  readonly timeoutMs: number;
  /** The session must be there already. */
  readonly mustExist: boolean;
  /** The session ends with this statement. */
  readonly close: boolean;
}

function readTimeoutMs(text: string | null): number {
  if (text === null) return TIMEOUT_DEFAULT_SECONDS * 1000;
  if (!/^\d{1,9}$/.test(text)) {
    throw engineError(CODES.invalidSessionTimeout, `Invalid session timeout: '${text}'`);
  }
  const seconds = Number(text);
  if (seconds > TIMEOUT_MAX_SECONDS) {
    throw engineError(
      CODES.invalidSessionTimeout,
      `Session timeout '${text}' is larger than max_session_timeout: ${TIMEOUT_MAX_SECONDS}`,
    );
  }
  return seconds * 1000;
}

/** Undefined where no session is asked for. Throws `EngineError` 374. */
export function readSession(url: URLSearchParams): SessionRequest | undefined {
  const id = url.get('session_id') ?? '';
  if (id === '') return undefined;
  return {
    id,
    timeoutMs: readTimeoutMs(url.get('session_timeout')),
    mustExist: url.get('session_check') === '1',
    close: url.get('close_session') === '1',
  };
}
