import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Answer } from './answer.ts';
import { decodeBody } from './body-decoding.ts';
import { CODES, EngineError, engineError } from './engine-error.ts';
import { readStatement } from './incoming-statement.ts';
import { type RequestCall, readCall } from './request-call.ts';
import type { Roles } from './roles.ts';
import type { StatementRunner } from './statement-runner.ts';

/** URLs carry statements and parameters; longer ones get 431 from Node. */
const HEADER_BYTES_MAX = 1024 * 1024;
const SOCKETS_MAX = 1024;
/** Clients keep connections; the server must not be the first to close one under them. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;

export interface DoorOptions {
  readonly runner: StatementRunner;
  readonly roles: Roles;
  readonly version: string;
  readonly timezone: string;
  /** Only names of this machine in `Host`: another name would be a page that rebound its DNS here. */
  readonly loopbackOnly: boolean;
}

export interface HttpDoor {
  readonly port: number;
  /** Takes no more requests; resolves when those that run have their answers. */
  close(): Promise<void>;
  /** Cuts what is left. */
  destroy(): void;
}

const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

function answerPlain(response: ServerResponse, status: number, text: string): void {
  const body = Buffer.from(text);
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=UTF-8',
    'Content-Length': body.length,
  });
  response.end(body);
}

/** Aborts when the client is gone before its answer was sent. */
function leaving(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

async function runStatement(
  options: DoorOptions,
  request: IncomingMessage,
  response: ServerResponse,
  call: RequestCall,
  answer: Answer,
): Promise<void> {
  const caller = options.roles.authenticate(call.credentials);
  const signal = leaving(response);
  const encoding = request.headers['content-encoding'] ?? '';
  const statement = await readStatement(
    call.urlQuery,
    decodeBody(request, encoding, call.compressedBlocks),
  );
  if (statement.kind === 'query' && statement.sql.toString('latin1').trim() === '') {
    throw engineError(CODES.syntaxError, 'Syntax error: Empty query');
  }
  await options.runner.run({ caller, call, statement, answer, signal });
}

function newAnswer(
  options: DoorOptions,
  request: IncomingMessage,
  response: ServerResponse,
  call: RequestCall | undefined,
): Answer {
  return new Answer(request, response, {
    queryId: call?.queryId ?? randomUUID(),
    timezone: options.timezone,
    version: options.version,
    waitForEnd: call?.waitForEnd ?? false,
    compression: call?.compression ?? 'none',
  });
}

async function handle(
  options: DoorOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let answer = newAnswer(options, request, response, undefined);
  try {
    const call = readCall(request);
    answer = newAnswer(options, request, response, call);
    if (options.loopbackOnly && !LOOPBACK_HOST.test(request.headers.host ?? 'localhost')) {
      throw engineError(CODES.accessDenied, 'This door serves its own machine only');
    }
    if (call.path === '/ping' || call.path === '/replicas_status') {
      answerPlain(response, 200, 'Ok.\n');
    } else if (call.path !== '/') {
      answerPlain(response, 404, `There is no handle ${call.path}\n\nUse / or /ping.\n`);
    } else {
      await runStatement(options, request, response, call, answer);
    }
  } catch (error) {
    answer.fail(EngineError.fromEngine(error));
  }
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address: AddressInfo | string | null = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Opens ClickHouse's HTTP interface. Rejects with Node's error when the port is taken. */
export async function openDoor(
  options: DoorOptions,
  port: number,
  host: string,
): Promise<HttpDoor> {
  const server = createServer(
    { maxHeaderSize: HEADER_BYTES_MAX, keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS, requestTimeout: 0 },
    (request, response) => {
      // A kept connection would hold the closing server until its client lets go of it.
      response.once('close', () => {
        if (!server.listening) setImmediate(() => server.closeIdleConnections());
      });
      void handle(options, request, response);
    },
  );
  server.maxConnections = SOCKETS_MAX;
  const taken = await listen(server, port, host);
  return {
    port: taken,
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      await closed;
    },
    destroy: () => server.closeAllConnections(),
  };
}
