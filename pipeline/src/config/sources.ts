import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { type ConfigValue, goTypeOf, isMap } from './config-value.ts';
import { parseYaml, type YamlFailure } from './parse-yaml.ts';
import { type PositionIndex, SET_LABEL } from './position.ts';
import { SourceNeeded } from './source-needed.ts';

/** Text of one source. The Collector has no limit; a file beyond it is a mistake. */
export const SOURCE_BYTES_MAX: number = 10 * 1024 * 1024;

const URI_PATTERN = /^([A-Za-z][A-Za-z0-9+.-]+):(.*)$/s;
const DRIVE_PATTERN = /^[A-z]:/;
const ENV_NAME_PATTERN = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Where a configuration, or a part of one, comes from. */
export interface SourceLocation {
  readonly scheme: string;
  readonly opaque: string;
  /** What positions call it, where the URI itself is not fit to be read. */
  readonly label?: string;
}

/** Characters of a `yaml:` location that name it in positions. */
const LABEL_CHARS_MAX = 40;

/** What a source gave. */
export interface Retrieved {
  readonly value: ConfigValue;
  /** The text a string field or an inline reference takes; undefined where there is none. */
  readonly text: string | undefined;
  readonly positions: PositionIndex | undefined;
  /** Why the text was taken for a string. */
  readonly yamlProblem: YamlFailure | undefined;
}

/** A source cannot be read; the message is the Collector's. */
export class SourceError extends Error {
  readonly code = 'CONFIG_SOURCE';
  override readonly name = 'SourceError';
  /** It had to be fetched and could not be. */
  readonly isRemote: boolean;

  constructor(message: string, options: ErrorOptions & { readonly isRemote?: boolean } = {}) {
    super(message, options);
    this.isRemote = options.isRemote ?? false;
  }
}

export interface SourceContext {
  /** The environment, handed down from the one place that reads it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly warn: (message: string, fields: Readonly<Record<string, string>>) => void;
  /** Text of `http:` and `https:` sources by their URI; one that is missing is asked for. */
  readonly remotes?: ReadonlyMap<string, string>;
}

/** Without a scheme, or with a drive letter, it is a file. */
export function parseLocation(uri: string): SourceLocation {
  if (DRIVE_PATTERN.test(uri) || !uri.includes(':')) return { scheme: 'file', opaque: uri };
  const location = parseUri(uri);
  if (!isKnownScheme(location.scheme)) {
    throw new SourceError(`unsupported scheme on URI ${JSON.stringify(uri)}`);
  }
  return location;
}

/** Of a `${}` reference or a location: `scheme:opaque`. */
export function parseUri(uri: string): SourceLocation {
  const match = URI_PATTERN.exec(uri);
  if (match === null) throw new SourceError(`invalid uri: ${JSON.stringify(uri)}`);
  return { scheme: match[1] ?? '', opaque: match[2] ?? '' };
}

/** Where a configuration may come from. */
export const SOURCE_SCHEMES: readonly string[] = ['env', 'file', 'http', 'https', 'yaml'];

function isKnownScheme(scheme: string): boolean {
  return SOURCE_SCHEMES.includes(scheme);
}

/** A `--set key.sub=value` as the YAML location it stands for. */
export function parseSet(set: string): SourceLocation {
  const equals = set.indexOf('=');
  if (equals < 0) {
    const quoted = JSON.stringify(set);
    throw new SourceError(`invalid argument ${quoted} for "--set" flag: missing equal sign`);
  }
  const key = set.slice(0, equals).replaceAll('.', '::').trim();
  const opaque = `${key}: ${set.slice(equals + 1).trim()}`;
  return { scheme: 'yaml', opaque, label: `${SET_LABEL}${set.slice(0, equals)}` };
}

/** Reads a source once. Throws `SourceError`, or `SourceNeeded` for what has to be fetched. */
export function retrieve(location: SourceLocation, context: SourceContext): Retrieved {
  const { scheme, opaque } = location;
  const uri = `${scheme}:${opaque}`;
  if (scheme === 'file') return fromFile(readFile(opaque, uri), opaque);
  if (scheme === 'yaml') return fromYaml(opaque, location.label ?? shortened(uri));
  if (scheme === 'env') return fromEnv(opaque, context);
  if (scheme === 'http' || scheme === 'https') {
    const text = context.remotes?.get(uri);
    if (text === undefined) throw new SourceNeeded(uri);
    return fromYaml(text, uri);
  }
  const quoted = JSON.stringify(scheme);
  throw new SourceError(`scheme ${quoted} is not supported for uri ${JSON.stringify(uri)}`);
}

function shortened(uri: string): string {
  const [line = ''] = uri.split('\n');
  return line.length > LABEL_CHARS_MAX ? `${line.slice(0, LABEL_CHARS_MAX)}...` : line;
}

function readFile(path: string, uri: string): Buffer {
  try {
    const { size } = statSync(path);
    if (size > SOURCE_BYTES_MAX) throw new Error(`larger than ${SOURCE_BYTES_MAX} bytes`);
    return readFileSync(path);
  } catch (error) {
    throw new SourceError(`unable to read the file ${uri}: ${fileProblem(error, path)}`, {
      cause: error,
    });
  }
}

/** UTF-8, or UTF-16 with its byte order mark, as YAML has it. */
function fromFile(bytes: Buffer, path: string): Retrieved {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return fromYaml(decode('utf-16le', bytes), path);
  if (first === 0xfe && second === 0xff) return fromYaml(decode('utf-16be', bytes), path);
  const text = bytes.toString('utf8');
  if (isUtf8(bytes)) return fromYaml(text.replace(/^\uFEFF/, ''), path);
  const before = bytes.toString('utf8', 0, firstBroken(bytes, text)).split('\n');
  const position = { source: path, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  const hint = 'here begins what is no UTF-8; save the file in that encoding, if it is a text';
  const yamlProblem = { reason: 'yaml: invalid leading UTF-8 octet', position, hint };
  return { ...verbatim(text), yamlProblem };
}

function decode(encoding: string, bytes: Buffer): string {
  return new TextDecoder(encoding).decode(bytes);
}

/** The first byte that is not what its text would be written as. */
function firstBroken(bytes: Buffer, text: string): number {
  const written = Buffer.from(text);
  let at = 0;
  while (at < bytes.length && bytes[at] === written[at]) at += 1;
  return at;
}

const FILE_PROBLEMS: ReadonlyMap<unknown, string> = new Map([
  ['ENOENT', 'no such file or directory'],
  ['EACCES', 'permission denied'],
  ['EISDIR', 'is a directory'],
]);

function fileProblem(error: unknown, path: string): string {
  if (!(error instanceof Error)) return String(error);
  const reason = 'code' in error ? FILE_PROBLEMS.get(error.code) : undefined;
  return reason === undefined ? error.message : `open ${path}: ${reason}`;
}

function fromEnv(opaque: string, context: SourceContext): Retrieved {
  const marker = opaque.indexOf(':-');
  const name = marker < 0 ? opaque : opaque.slice(0, marker);
  if (!ENV_NAME_PATTERN.test(name)) {
    throw new SourceError(
      `environment variable ${JSON.stringify(name)} has invalid name: must match regex ` +
        ENV_NAME_PATTERN.source,
    );
  }
  const value = context.env[name];
  if (value !== undefined) return fromYaml(value, `env:${name}`);
  if (marker < 0) {
    context.warn('Configuration references unset environment variable', { name });
    return fromYaml('', `env:${name}`);
  }
  const fallback = opaque.slice(marker + 2);
  // YAML reads an empty text as null; who writes an empty default wants an empty string.
  if (fallback === '') return verbatim('');
  return fromYaml(fallback, `env:${name}`);
}

function fromYaml(text: string, source: string): Retrieved {
  const parsed = parseYaml(text, source);
  if (!parsed.ok) {
    return { ...verbatim(text), yamlProblem: parsed };
  }
  // A YAML string keeps its quotes and comments: the text itself is the value.
  if (typeof parsed.value === 'string') return verbatim(text);
  return { value: parsed.value, text, positions: parsed.positions, yamlProblem: undefined };
}

function verbatim(text: string): Retrieved {
  return { value: text, text, positions: undefined, yamlProblem: undefined };
}

/** What is wrong with a source that should have been a map and is none. */
export function notAMap(retrieved: Retrieved): YamlFailure | undefined {
  const { value, yamlProblem } = retrieved;
  if (value === null || isMap(value)) return undefined;
  const text = `retrieved value (type=${goTypeOf(value)}) cannot be used as a Conf`;
  if (yamlProblem === undefined) return { reason: text };
  const why = `assuming string type since contents are not valid YAML: ${yamlProblem.reason}`;
  return { ...yamlProblem, reason: `${text}: ${why}` };
}
