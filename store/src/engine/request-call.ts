import type { IncomingMessage } from 'node:http';
import type { AnswerCompression } from './answer-encoding.ts';
import { DEFAULT_DATABASE } from './engine-connection.ts';
import { CODES, engineError } from './engine-error.ts';
import { DEFAULT_FORMAT } from './formats.ts';
import { checkRevision } from './native-revision.ts';
import type { ShownCredentials } from './roles.ts';
import { readSession, type SessionRequest } from './session-request.ts';
import type { SettingsMap } from './session-state.ts';

/** Query parameters of one statement. */
export const PARAMETERS_MAX = 4096;
/** Settings of one statement. */
export const SETTINGS_MAX = 256;

/** One HTTP request, read: everything but the statement's text. */
export interface RequestCall {
  readonly method: string;
  readonly path: string;
  readonly credentials: ShownCredentials;
  /** The statement, or its beginning, from the URL; empty when it is all in the body. */
  readonly urlQuery: string;
  readonly queryId: string | undefined;
  readonly session: SessionRequest | undefined;
  readonly database: string;
  readonly defaultFormat: string;
  readonly settings: SettingsMap;
  /** Flat: name, value, name, value; values escaped as in TSV. */
  readonly parameters: readonly string[];
  /** Hold the answer back until the statement ended, so that its status and summary are final. */
  readonly waitForEnd: boolean;
  /** Tell of the progress in headers so often, before the answer; undefined: do not. */
  readonly progressIntervalMs: number | undefined;
  readonly compression: AnswerCompression;
  /** Of the native protocol, in which blocks of the Native format are answered; 0: bare blocks. */
  readonly revision: number;
  /** The body is in ClickHouse's own framing of compressed blocks. */
  readonly compressedBlocks: boolean;
}

/** Parameters of ClickHouse's HTTP interface that are no settings (HTTPHandler.cpp). */
const RESERVED: ReadonlySet<string> = new Set([
  'add_http_cors_header',
  'buffer_size',
  'cancel_http_readonly_queries_on_client_close',
  'client_protocol_version',
  'close_session',
  'compress',
  'database',
  'decompress',
  'default_format',
  'enable_http_compression',
  'framing_output_format',
  'password',
  'query',
  'query_id',
  'quota_key',
  'role',
  'send_progress_in_http_headers',
  'session_check',
  'session_id',
  'session_timeout',
  'stacktrace',
  'user',
  'wait_end_of_query',
]);

/** ClickHouse's default of `http_headers_progress_interval_ms`. */
const PROGRESS_INTERVAL_MS = 100;
/** Each report costs the engine a small statement. */
const PROGRESS_INTERVAL_MS_MIN = 50;
const PROGRESS_INTERVAL_MS_MAX = 600_000;

const SETTING_NAME = /^[A-Za-z_][A-Za-z0-9_.]{0,127}$/;

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function basicCredentials(value: string): ShownCredentials | undefined {
  const match = /^Basic\s+([A-Za-z0-9+/=]+)$/i.exec(value);
  if (match?.[1] === undefined) return undefined;
  const pair = Buffer.from(match[1], 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon === -1) return { user: pair, password: undefined };
  return { user: pair.slice(0, colon), password: pair.slice(colon + 1) };
}

/** Headers of ClickHouse's own first, then Bearer and Basic, then the URL. */
function readCredentials(request: IncomingMessage, url: URLSearchParams): ShownCredentials {
  const user = header(request, 'x-clickhouse-user');
  const key = header(request, 'x-clickhouse-key');
  if (user !== undefined || key !== undefined) return { user, password: key };
  const authorization = header(request, 'authorization') ?? '';
  const bearer = /^Bearer\s+(\S+)$/i.exec(authorization)?.[1];
  if (bearer !== undefined) return { user: undefined, password: undefined, bearer };
  const basic = basicCredentials(authorization);
  if (basic !== undefined) return basic;
  return { user: url.get('user') ?? undefined, password: url.get('password') ?? undefined };
}

function isSetting(name: string): boolean {
  return !RESERVED.has(name) && !name.startsWith('param_') && !name.startsWith('http_');
}

function readSettings(url: URLSearchParams): Map<string, string> {
  const settings = new Map<string, string>();
  for (const [name, value] of url) {
    if (!isSetting(name)) continue;
    if (!SETTING_NAME.test(name)) {
      throw engineError(CODES.unknownSetting, `Unknown setting '${name.slice(0, 128)}'`);
    }
    settings.set(name, value);
  }
  if (settings.size > SETTINGS_MAX) {
    throw engineError(CODES.badParameter, `More than ${SETTINGS_MAX} settings`);
  }
  return settings;
}

function readParameters(url: URLSearchParams): string[] {
  const parameters: string[] = [];
  for (const [name, value] of url) {
    if (name.startsWith('param_')) parameters.push(name.slice('param_'.length), value);
  }
  if (parameters.length / 2 > PARAMETERS_MAX) {
    throw engineError(CODES.badParameter, `More than ${PARAMETERS_MAX} query parameters`);
  }
  return parameters;
}

function isOn(value: string | null): boolean {
  return value === '1' || value === 'true';
}

/** `compress=1` wins: a client that asks for it does not look at `Content-Encoding`. */
function readCompression(url: URLSearchParams): AnswerCompression {
  if (isOn(url.get('compress'))) return 'blocks';
  return isOn(url.get('enable_http_compression')) ? 'http' : 'none';
}

function readProgressInterval(url: URLSearchParams): number | undefined {
  if (!isOn(url.get('send_progress_in_http_headers'))) return undefined;
  const asked = Number(url.get('http_headers_progress_interval_ms') ?? PROGRESS_INTERVAL_MS);
  if (!Number.isFinite(asked)) return PROGRESS_INTERVAL_MS;
  return Math.min(PROGRESS_INTERVAL_MS_MAX, Math.max(PROGRESS_INTERVAL_MS_MIN, asked));
}

/** `//` is a path here, where a relative URL would begin a host with it. */
function readTarget(target: string): URL {
  const url = target.startsWith('/') ? `http://store${target}` : target;
  if (!URL.canParse(url)) throw engineError(CODES.badParameter, 'The request names no URL');
  return new URL(url);
}

/** Reads URL and headers. Throws `EngineError` on what the door does not take. */
export function readCall(request: IncomingMessage): RequestCall {
  const { pathname, searchParams } = readTarget(request.url ?? '/');
  const database = searchParams.get('database') ?? header(request, 'x-clickhouse-database');
  const format = searchParams.get('default_format') ?? header(request, 'x-clickhouse-format');
  return {
    method: request.method ?? 'GET',
    path: pathname,
    credentials: readCredentials(request, searchParams),
    urlQuery: searchParams.get('query') ?? '',
    queryId: searchParams.get('query_id') ?? undefined,
    session: readSession(searchParams),
    database: database === undefined || database === '' ? DEFAULT_DATABASE : database,
    defaultFormat: format === undefined || format === '' ? DEFAULT_FORMAT : format,
    settings: readSettings(searchParams),
    parameters: readParameters(searchParams),
    waitForEnd: isOn(searchParams.get('wait_end_of_query')),
    progressIntervalMs: readProgressInterval(searchParams),
    compression: readCompression(searchParams),
    revision: checkRevision(searchParams.get('client_protocol_version')),
    compressedBlocks: isOn(searchParams.get('decompress')),
  };
}
