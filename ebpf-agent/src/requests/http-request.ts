import type { Meaning } from './meaning.ts';
import { routeOf } from './route.ts';

const LINE = /^(GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH) ([^ ?#]*)/;

const HOST = /\r\nhost:[ \t]*([A-Za-z0-9._-]{1,255})(?::\d+)?\r\n/i;

/** Of targets that are addresses: `GET http://host/path` through a proxy. */
const ABSOLUTE = /^https?:\/\/[^/]+/i;

/** The first line of an HTTP/1.1 request, a character a byte. */
export function httpRequest(line: string): Meaning {
  const [, operation = '_OTHER', target = ''] = LINE.exec(line) ?? [];
  const path = target.replace(ABSOLUTE, '') || '/';
  return { operation, target: routeOf(path), text: path };
}

/** The value of `Host` without its port, where the beginning of a request has it. */
export function httpHost(text: string): string | undefined {
  return HOST.exec(text)?.[1];
}
