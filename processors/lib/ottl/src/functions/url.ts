import {
  type GoUrl,
  goUrlText,
  hostName,
  hostPort,
  parseGoQuery,
  parseGoUrl,
  userInfoText,
} from '@sonde/go-text';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import { EvaluationError } from '../errors.ts';
import type { ValueMap } from '../value/value.ts';
import { ofString } from './define.ts';
import { parsedText } from './parsed-text.ts';

/** `URL(text)`: the parts of a URL under the names of the semantic conventions. */
export const url: FunctionDefinition = ofString('URL', (text) => {
  if (text === '') throw new EvaluationError('url cannot be empty');
  if (text.startsWith('?')) return queryOf(text.slice(1));
  return partsOf(parsedText(() => parseGoUrl(text)));
});

function queryOf(text: string): ValueMap {
  const query = parsedText(() => parseGoQuery(text));
  return query.size === 0 ? new Map() : new Map([['query', new Map(query)]]);
}

function partsOf(parsed: GoUrl): ValueMap {
  const parts: ValueMap = new Map<string, string | bigint>([
    ['url.original', goUrlText(parsed)],
    ['url.domain', hostName(parsed.host)],
    ['url.scheme', parsed.scheme],
    ['url.path', parsed.path],
  ]);
  const port = hostPort(parsed.host);
  if (port !== '') parts.set('url.port', BigInt(port));
  if (parsed.fragment !== '') parts.set('url.fragment', parsed.fragment);
  if (parsed.user !== undefined) {
    const { username, password } = parsed.user;
    parts.set('url.user_info', userInfoText(parsed.user));
    if (username !== '') parts.set('url.username', username);
    if (password !== undefined) parts.set('url.password', password);
  }
  if (parsed.rawQuery !== '') parts.set('url.query', parsed.rawQuery);
  const extension = parsed.path.slice(parsed.path.lastIndexOf('.') + 1);
  if (parsed.path.includes('.') && extension !== '') parts.set('url.extension', extension);
  return parts;
}
