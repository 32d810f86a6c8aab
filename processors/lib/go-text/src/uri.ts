import { quoteGo } from './quote.ts';
import { TextError } from './text-error.ts';

/** What stands before the host: `user:password@`. */
export interface UserInfo {
  readonly username: string;
  /** Undefined without a colon. */
  readonly password: string | undefined;
}

/** A URL as Go's `net/url` takes it apart. */
export interface GoUrl {
  readonly scheme: string;
  /** Of `mailto:a@b`: what follows the scheme when it is no path. */
  readonly opaque: string;
  readonly user: UserInfo | undefined;
  /** With the port, escapes resolved. */
  readonly host: string;
  /** Escapes resolved. */
  readonly path: string;
  readonly escapedPath: string;
  readonly rawQuery: string;
  /** There is a question mark and nothing behind it. */
  readonly hasEmptyQuery: boolean;
  /** Escapes resolved. */
  readonly fragment: string;
  readonly escapedFragment: string;
  /** There is an authority, even an empty one: `file:///x`. */
  readonly hasAuthority: boolean;
}

/** Which characters of a part need no escape, beside letters, digits and `-_.~`. */
const PLAIN = {
  path: "$&+,/:;=@!'()*",
  user: '$&+,;=',
  fragment: "$&+,/:;=?@!'()*",
} as const;

/** Go's `url.Parse`. Throws `TextError` with Go's text. */
export function parseGoUrl(text: string): GoUrl {
  const fault = (reason: string): TextError => new TextError(`parse ${quoteGo(text)}: ${reason}`);
  try {
    return splitUrl(text);
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    throw fault(error.message);
  }
}

function splitUrl(text: string): GoUrl {
  const hash = text.indexOf('#');
  const rawFragment = hash < 0 ? '' : text.slice(hash + 1);
  const whole = hash < 0 ? text : text.slice(0, hash);
  if (hasControl(whole)) throw new TextError('net/url: invalid control character in URL');
  const { scheme, rest } = splitScheme(whole);
  const question = rest.indexOf('?');
  const rawQuery = question < 0 ? '' : rest.slice(question + 1);
  const body = question < 0 ? rest : rest.slice(0, question);
  const common = {
    scheme,
    rawQuery,
    hasEmptyQuery: question >= 0 && rawQuery === '',
    fragment: unescapePart(rawFragment),
    escapedFragment: keepOrEscape(rawFragment, PLAIN.fragment),
  };
  if (!body.startsWith('/')) {
    if (scheme !== '') return { ...common, ...nowhere(), opaque: body };
    const colon = body.split('/')[0] ?? '';
    if (colon.includes(':')) throw new TextError('first path segment in URL cannot contain colon');
    return { ...common, ...nowhere(), ...pathOf(body) };
  }
  const isAuthority = body.startsWith('//') && (scheme !== '' || !body.startsWith('///'));
  if (!isAuthority) return { ...common, ...nowhere(), ...pathOf(body) };
  const slash = body.indexOf('/', 2);
  const authority = body.slice(2, slash < 0 ? undefined : slash);
  return {
    ...common,
    opaque: '',
    ...splitAuthority(authority),
    ...pathOf(slash < 0 ? '' : body.slice(slash)),
    hasAuthority: true,
  };
}

function nowhere(): Pick<
  GoUrl,
  'opaque' | 'user' | 'host' | 'path' | 'escapedPath' | 'hasAuthority'
> {
  return { opaque: '', user: undefined, host: '', path: '', escapedPath: '', hasAuthority: false };
}

function pathOf(raw: string): Pick<GoUrl, 'path' | 'escapedPath'> {
  return { path: unescapePart(raw), escapedPath: keepOrEscape(raw, PLAIN.path) };
}

function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

function splitScheme(text: string): { scheme: string; rest: string } {
  if (text.startsWith(':')) throw new TextError('missing protocol scheme');
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text);
  if (match === null) return { scheme: '', rest: text };
  return { scheme: (match[1] ?? '').toLowerCase(), rest: text.slice(match[0].length) };
}

function splitAuthority(authority: string): Pick<GoUrl, 'user' | 'host'> {
  const at = authority.lastIndexOf('@');
  const host = parseHost(authority.slice(at + 1));
  if (at < 0) return { user: undefined, host };
  const info = authority.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(info)) {
    throw new TextError('net/url: invalid userinfo');
  }
  const colon = info.indexOf(':');
  if (colon < 0) return { user: { username: unescapePart(info), password: undefined }, host };
  const username = unescapePart(info.slice(0, colon));
  return { user: { username, password: unescapePart(info.slice(colon + 1)) }, host };
}

function parseHost(host: string): string {
  if (host.startsWith('[')) {
    const end = host.lastIndexOf(']');
    if (end < 0) throw new TextError("missing ']' in host");
    requirePort(host.slice(end + 1));
  } else {
    const colon = host.lastIndexOf(':');
    if (colon >= 0) requirePort(host.slice(colon));
    const stray = /[ "<>\\^`{|}]/.exec(host)?.[0];
    if (stray !== undefined) {
      throw new TextError(`invalid character ${quoteGo(stray)} in host name`);
    }
  }
  // A host may only escape what is not ASCII, and the percent sign before a zone.
  const ascii = /%(?!25)[0-7][0-9A-Fa-f]/.exec(host)?.[0];
  if (ascii !== undefined) throw new TextError(`invalid URL escape ${quoteGo(ascii)}`);
  return unescapePart(host);
}

function requirePort(colonPort: string): void {
  if (colonPort === '' || /^:[0-9]*$/.test(colonPort)) return;
  throw new TextError(`invalid port ${quoteGo(colonPort)} after host`);
}

/** Resolves `%41`. Throws `TextError` for a percent sign without two hex digits. */
function unescapePart(text: string): string {
  if (!text.includes('%')) return text;
  const wrong = /%(?![0-9A-Fa-f]{2}).{0,2}/su.exec(text)?.[0];
  if (wrong !== undefined) throw new TextError(`invalid URL escape ${quoteGo(wrong)}`);
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '%') {
      bytes.push(Number.parseInt(text.slice(at + 1, at + 3), 16));
      at += 2;
    } else {
      const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
      bytes.push(...Buffer.from(character));
      at += character.length - 1;
    }
  }
  return Buffer.from(bytes).toString();
}

/** What was sent, where it is a valid escape of what it means; else escaped anew. */
function keepOrEscape(raw: string, plain: string): string {
  const isValid = [...raw].every(
    (character) => /[A-Za-z0-9\-_.~%[\]]/.test(character) || plain.includes(character),
  );
  return isValid ? raw : escapePart(unescapePart(raw), plain);
}

function escapePart(text: string, plain: string): string {
  let escaped = '';
  for (const character of text) {
    if (/[A-Za-z0-9\-_.~]/.test(character) || plain.includes(character)) escaped += character;
    else {
      for (const byte of Buffer.from(character)) {
        escaped += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
      }
    }
  }
  return escaped;
}

/** `user:password`, escaped. */
export function userInfoText(user: UserInfo): string {
  const name = escapePart(user.username, PLAIN.user);
  return user.password === undefined ? name : `${name}:${escapePart(user.password, PLAIN.user)}`;
}

/** Go's `URL.String`. */
export function goUrlText(url: GoUrl): string {
  let text = url.scheme === '' ? '' : `${url.scheme}:`;
  if (url.opaque !== '') text += url.opaque;
  else {
    const hasSlashes = url.host !== '' || url.user !== undefined || url.hasAuthority;
    if (url.scheme !== '' || url.host !== '' || url.user !== undefined) {
      if (hasSlashes) text += '//';
      if (url.user !== undefined) text += `${userInfoText(url.user)}@`;
      text += escapePart(url.host, '$&+,:;=[]<>"!\'()*');
    }
    text += url.escapedPath;
  }
  if (url.hasEmptyQuery || url.rawQuery !== '') text += `?${url.rawQuery}`;
  return url.fragment === '' ? text : `${text}#${url.escapedFragment}`;
}

/** The host without port and brackets. */
export function hostName(host: string): string {
  const name = host.replace(/:[0-9]*$/, '');
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
}

/** The digits behind the host; empty without any. */
export function hostPort(host: string): string {
  return /:([0-9]*)$/.exec(host)?.[1] ?? '';
}

/** Go's `url.ParseQuery`: every value of a name. Throws `TextError` for a wrong escape. */
export function parseGoQuery(query: string): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const part of query.split('&')) {
    if (part === '') continue;
    if (part.includes(';')) throw new TextError('invalid semicolon separator in query');
    const equals = part.indexOf('=');
    const name = unescapeQuery(equals < 0 ? part : part.slice(0, equals));
    const value = equals < 0 ? '' : unescapeQuery(part.slice(equals + 1));
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return values;
}

function unescapeQuery(text: string): string {
  return unescapePart(text.replaceAll('+', ' '));
}
