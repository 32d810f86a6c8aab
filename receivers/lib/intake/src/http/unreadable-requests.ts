import type { Duplex } from 'node:stream';
import type { HttpLimits } from '@sonde/pipeline';
import type { HttpRequest, HttpResponse } from './http-message.ts';
import { textAnswer } from './plain-answer.ts';
import { discardBody } from './request-body.ts';

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** Whether a request has more headers than are allowed. HTTP/2 has a limit of its own. */
export function hasTooMany({ rawHeaders = [] }: HttpRequest, { headersMax }: HttpLimits): boolean {
  return rawHeaders.length > 2 * headersMax;
}

/** Answers a request with too many headers, and ends its connection. */
export function refuseHeaders(
  request: HttpRequest,
  response: HttpResponse,
  limits: HttpLimits,
): void {
  const words = `431 request header fields too large: more than ${limits.headersMax} headers`;
  const { status, contentType, body } = textAnswer(431, words);
  response.shouldKeepAlive = false;
  response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': body.length });
  response.end(body);
  discardBody(request, response, limits);
}

/** Answers what Node cannot read as a request, and so gives to no handler: in words, then closes. */
export class UnreadableRequests {
  readonly #limits: HttpLimits;
  /** Answers in progress, by their connection: nothing can be said in the midst of one. */
  readonly #answers: WeakMap<object, HttpResponse> = new WeakMap();

  constructor(limits: HttpLimits) {
    this.#limits = limits;
  }

  began(socket: object, response: HttpResponse): void {
    this.#answers.set(socket, response);
    response.once('close', () => {
      if (this.#answers.get(socket) === response) this.#answers.delete(socket);
    });
  }

  answer(error: Error, socket: Duplex): void {
    const words = this.#words(String(Reflect.get(error, 'code')));
    const isBusy = this.#answers.get(socket)?.headersSent === true;
    if (words === undefined || isBusy || !socket.writable) {
      socket.destroy();
      return;
    }
    const { status, contentType, body } = words;
    const head = [
      `HTTP/1.1 ${status} ${REASONS[status]}`,
      'Connection: close',
      `Content-Type: ${contentType}`,
      `Content-Length: ${body.length}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${Buffer.from(body).toString()}`);
    socket.destroy();
  }

  /** Undefined where there is nobody to tell: the connection broke, or its TLS did. */
  #words(code: string): ReturnType<typeof textAnswer> | undefined {
    if (code === 'HPE_HEADER_OVERFLOW') {
      const bytes = this.#limits.headerBytesMax;
      return textAnswer(431, `431 request header fields too large: more than ${bytes} bytes`);
    }
    if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return textAnswer(408, '408 request timeout');
    return code.startsWith('HPE_') ? textAnswer(400, '400 bad request') : undefined;
  }
}
