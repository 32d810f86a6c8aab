import { z } from 'zod';
import { type EntryMap, typeName } from '../entry.ts';
import { PARSED_KEYS_MAX } from '../limits.ts';
import { type OperatorType, PARSER, parserSpec } from '../operator-config.ts';
import { OperatorError } from '../operator-error.ts';

/** As a request names it: `#` begins no fragment. */
const URI = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?([^?]*)(?:\?(.*))?$/s;

/** Parses a URI, its path alone, or a query that begins with `?`. */
export const uriParser: OperatorType = {
  type: 'uri_parser',
  schema: z.strictObject(PARSER).transform((config) =>
    parserSpec(config, (value) => {
      if (typeof value === 'string') return parseUri(value);
      throw new OperatorError(`type '${typeName(value)}' cannot be parsed as URI`);
    }),
  ),
};

/** Scheme, user, host, port, path and query, as far as they are there. */
export function parseUri(text: string): EntryMap {
  const [, scheme = '', rest = '', query = ''] = URI.exec(text) ?? [];
  const isQueryAlone = text.startsWith('?');
  const isRelative = scheme === '' && !rest.startsWith('/') && rest !== '*';
  if (/\p{Cc}/u.test(text) || (isRelative && !isQueryAlone)) {
    const quoted = JSON.stringify(text.slice(0, 100));
    throw new OperatorError(`parse ${quoted}: invalid URI for request`);
  }
  const { authority, path } = hierarchyOf(scheme, rest);
  const map: EntryMap = new Map();
  const put = (key: string, part: string): void => {
    if (part !== '') map.set(key, part);
  };
  put('scheme', scheme.toLowerCase());
  const { user, host, port } = authorityOf(authority);
  put('user', user);
  put('host', host);
  put('port', port);
  put('path', decoded(path, false));
  if (query !== '') map.set('query', parseQuery(query, isQueryAlone));
  return map;
}

/** `//host` is one behind a scheme alone; what is no path behind a scheme is nothing of both. */
function hierarchyOf(scheme: string, rest: string): { authority: string; path: string } {
  if (scheme === '') return { authority: '', path: rest };
  const [, authority = '', path = ''] = /^\/\/([^/]*)(.*)$/s.exec(rest) ?? [];
  if (authority !== '' || path !== '') return { authority, path };
  return { authority: '', path: rest.startsWith('/') ? rest : '' };
}

function authorityOf(authority: string): { user: string; host: string; port: string } {
  const at = authority.lastIndexOf('@');
  const user = at < 0 ? '' : decoded(authority.slice(0, at).split(':')[0] ?? '', false);
  const rest = authority.slice(at + 1);
  const [, host = rest, port = ''] = /^(\[[^\]]*\]|[^:]*)(?::([0-9]*))?$/.exec(rest) ?? [];
  return { user, host: host.replace(/^\[|\]$/g, ''), port };
}

/** `isStrict`: throws for a pair with a bad escape; it is left out otherwise. */
function parseQuery(query: string, isStrict: boolean): EntryMap {
  const map: EntryMap = new Map();
  for (const pair of query.split('&', PARSED_KEYS_MAX)) {
    if (pair === '' || (!isStrict && hasBadEscape(pair))) continue;
    const at = pair.indexOf('=');
    const key = decoded(at < 0 ? pair : pair.slice(0, at), true);
    const value = at < 0 ? '' : decoded(pair.slice(at + 1), true);
    const values = map.get(key);
    if (Array.isArray(values)) values.push(value);
    else map.set(key, [value]);
  }
  return map;
}

function decoded(text: string, isQuery: boolean): string {
  try {
    return decodeURIComponent(isQuery ? text.replaceAll('+', ' ') : text);
  } catch {
    throw new OperatorError(`invalid URL escape in ${JSON.stringify(text.slice(0, 100))}`);
  }
}

function hasBadEscape(text: string): boolean {
  try {
    decodeURIComponent(text);
    return false;
  } catch {
    return true;
  }
}
