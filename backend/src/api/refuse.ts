import type { z } from '@hono/zod-openapi';
import { HTTPException } from 'hono/http-exception';
import type { BackendLog } from '../log.ts';
import { ApiFailure } from './failure.ts';

const ISSUES_MAX = 5;
const HINT = 'GET /api/docs describes every parameter.';

/** Names every parameter that is not allowed and says what is. */
export function badRequest(error: z.core.$ZodError): ApiFailure {
  const issues = error.issues.slice(0, ISSUES_MAX).map(describeIssue);
  return new ApiFailure('BAD_REQUEST', issues.join('; '), { hint: HINT, cause: error });
}

function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    return `unknown: ${issue.keys.map((key) => `\`${key}\``).join(', ')}`;
  }
  const path = issue.path.map(String).join('.');
  return path === '' ? issue.message : `\`${path}\` ${issue.message}`;
}

/** Whatever was thrown as the answer to give; a bug is logged and not shown. */
export function toFailure(error: unknown, log: BackendLog): ApiFailure {
  if (error instanceof ApiFailure) {
    if (error.code === 'INTERNAL') log.error(error.message, { error: describe(error.cause) });
    return error;
  }
  if (error instanceof HTTPException && error.status < 500) {
    return new ApiFailure('BAD_REQUEST', error.message, { hint: HINT, cause: error });
  }
  log.error('request failed', { error: describe(error) });
  return new ApiFailure('INTERNAL', 'something went wrong inside Sonde', {
    hint: "The backend's log says what.",
    cause: error,
  });
}

export function failureResponse(failure: ApiFailure): Response {
  return new Response(JSON.stringify(failure.body), {
    status: failure.status,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
  });
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
