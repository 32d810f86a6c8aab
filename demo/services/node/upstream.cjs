// Calls of other services, with a deadline and an error that says who failed.

const TIMEOUT_MS = 8000;
const ERROR_TEXT_MAX = 300;

/** What another service answered when it should have answered well. */
class UpstreamError extends Error {
  constructor(service, status, text) {
    super(`${service} answered ${status}: ${text}`);
    this.name = 'UpstreamError';
    this.service = service;
    this.status = status;
  }
}

/** The JSON that a service answers; throws `UpstreamError` at any other status than 2xx. */
async function callJson(service, path, { method = 'GET', body } = {}) {
  const base = process.env[`${service.toUpperCase()}_URL`];
  if (base === undefined) throw new UpstreamError(service, 503, 'this service is not running');
  const response = await fetch(new URL(path, base), {
    method,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new UpstreamError(service, response.status, reasonIn(text).slice(0, ERROR_TEXT_MAX));
  }
  return text === '' ? undefined : JSON.parse(text);
}

/** The words of an error body, or the body where it is none. */
function reasonIn(text) {
  try {
    return String(JSON.parse(text).error);
  } catch {
    return text;
  }
}

module.exports = { UpstreamError, callJson };
