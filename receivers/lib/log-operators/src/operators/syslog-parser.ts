import { refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';
import { type Entry, type EntryMap, typeName } from '../entry.ts';
import {
  type OperatorType,
  PARSER,
  type ParserConfig,
  readSections,
  sectionsOf,
  transformSpec,
} from '../operator-config.ts';
import { OperatorError } from '../operator-error.ts';
import { timeZone } from '../sections/timestamp.ts';
import type { TimeZone } from '../time/time-zone.ts';
import { parseRfc3164, parseRfc5424, type SyslogMessage } from './syslog-message.ts';

/** The keys that say how syslog is written. */
export interface SyslogConfig {
  readonly protocol: string;
  readonly location: string;
  readonly enable_octet_counting: boolean;
  readonly allow_skip_pri_header: boolean;
  readonly non_transparent_framing_trailer?: string | undefined;
  /** Largest length that octet counting may name; 0 for any. */
  readonly max_octets: number;
}

/** By number, 0 to 23, as syslog(3) and the Collector name them. */
const FACILITIES: readonly string[] = (
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp security console cron2 ' +
  'local0 local1 local2 local3 local4 local5 local6 local7'
).split(' ');

type FieldsOf<C> = { readonly [K in keyof C]-?: z.ZodType<C[K]> };

export const SYSLOG: FieldsOf<SyslogConfig> = {
  protocol: z.string().default(''),
  location: z.string().default('UTC'),
  enable_octet_counting: z.boolean().default(false),
  allow_skip_pri_header: z.boolean().default(false),
  non_transparent_framing_trailer: z.string().optional(),
  max_octets: z.int().nonnegative().default(8192),
};

/** Texts of what is wrong with it; empty where nothing is. */
export function syslogProblems(config: SyslogConfig): readonly string[] {
  const { enable_octet_counting: octets, non_transparent_framing_trailer: trailer } = config;
  const protocol = config.protocol.toLowerCase();
  if (protocol === '') return ["missing field 'protocol'"];
  if (protocol !== 'rfc5424' && protocol !== 'rfc3164') {
    return [`unsupported protocol version: ${protocol}`];
  }
  const found: string[] = [];
  if (protocol !== 'rfc5424' && (octets || trailer !== undefined)) {
    found.push(
      'octet_counting and non_transparent_framing are only compatible with protocol rfc5424',
    );
  }
  if (octets && trailer !== undefined) {
    found.push('only one of octet_counting or non_transparent_framing can be enabled');
  }
  if (trailer !== undefined && trailer !== 'LF' && trailer !== 'NUL') {
    found.push(
      `invalid non_transparent_framing_trailer '${trailer}'. Must be either 'LF' or 'NUL'`,
    );
  }
  if (octets && config.allow_skip_pri_header) {
    found.push('allow_skip_pri_header cannot be used with octet_counting');
  }
  return found;
}

/** Parses a syslog message. */
export const syslogParser: OperatorType = {
  type: 'syslog_parser',
  schema: z.strictObject({ ...PARSER, ...SYSLOG }).transform((config, context) => {
    const problems = syslogProblems(config);
    for (const text of problems) refuseMeaning(context, { text });
    const location = timeZone(config.location === '' ? 'UTC' : config.location, context);
    if (problems.length > 0 || location === undefined) return z.NEVER;
    const read = syslogReader(config, location);
    return transformSpec(config, (entry) => parseEntry(config, entry, read));
  }),
};

/** Severity number and text by priority, 0 to 7. */
export const SYSLOG_SEVERITIES: readonly (readonly [number, string])[] = [
  [21, 'emerg'],
  [19, 'alert'],
  [18, 'crit'],
  [17, 'err'],
  [13, 'warning'],
  [10, 'notice'],
  [9, 'info'],
  [5, 'debug'],
];

/** Reads the message out of a text. Throws `OperatorError`. */
type ReadSyslog = (text: string) => SyslogMessage;

function syslogReader(config: SyslogConfig, location: TimeZone): ReadSyslog {
  const options = { location, allowSkipPriority: config.allow_skip_pri_header };
  if (config.protocol.toLowerCase() === 'rfc3164') return (text) => parseRfc3164(text, options);
  const trailer = config.non_transparent_framing_trailer;
  return (text) => {
    if (config.enable_octet_counting) {
      return parseRfc5424(counted(text, config.max_octets), options);
    }
    return parseRfc5424(trailer === undefined ? text : withoutTrailer(text, trailer), options);
  };
}

/** The message behind its length. */
function counted(text: string, most: number): string {
  const match = /^([0-9]{1,10}) /.exec(text);
  if (match === null) throw new OperatorError('found no length of the message');
  const length = Number(match[1]);
  if (most > 0 && length > most) {
    throw new OperatorError(`message too long to parse. was size ${length}, max length ${most}`);
  }
  const bytes = Buffer.from(text.slice(match[0].length));
  if (bytes.length < length) {
    throw new OperatorError(`found a message of ${bytes.length} bytes, expected ${length}`);
  }
  return bytes.toString('utf8', 0, length);
}

function withoutTrailer(text: string, trailer: string): string {
  const end = trailer === 'NUL' ? '\0' : '\n';
  return text.endsWith(end) ? text.slice(0, -1) : text;
}

function parseEntry(config: ParserConfig, entry: Entry, read: ReadSyslog): void {
  const value = config.parse_from.get(entry);
  if (typeof value !== 'string') {
    throw new OperatorError(`unable to convert type '${typeName(value)}' to bytes`);
  }
  const message = read(value);
  config.parse_to.set(entry, toMap(message));
  if (message.timeUnixNano !== undefined) entry.timeUnixNano = message.timeUnixNano;
  const severity =
    message.priority === undefined ? undefined : SYSLOG_SEVERITIES[message.priority % 8];
  if (severity !== undefined) [entry.severityNumber, entry.severityText] = severity;
  readSections(sectionsOf(config), entry);
}

function toMap(message: SyslogMessage): EntryMap {
  const map: EntryMap = new Map();
  const put = (key: string, value: string | number | undefined): void => {
    if (value === undefined) return;
    map.set(key, typeof value === 'number' ? BigInt(value) : value);
  };
  const { priority, structuredData } = message;
  put('priority', priority);
  if (priority !== undefined) {
    const facility = Math.floor(priority / 8);
    put('facility', facility);
    put('facility_text', FACILITIES[facility]);
  }
  put('version', message.version);
  put('hostname', message.hostname);
  put('appname', message.appname);
  put('proc_id', message.procId);
  put('msg_id', message.msgId);
  put('message', message.message);
  if (structuredData !== undefined) {
    map.set(
      'structured_data',
      new Map([...structuredData].map(([id, each]) => [id, new Map(each)])),
    );
  }
  return map;
}
