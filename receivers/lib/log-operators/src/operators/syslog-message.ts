import { OperatorError } from '../operator-error.ts';
import { gotimeLayout } from '../time/time-layout.ts';
import { TimeReader } from '../time/time-reader.ts';
import { TimeZone } from '../time/time-zone.ts';
import { toUnixNano } from '../time/to-unix-nano.ts';

/** What a syslog message says; undefined where it does not. */
export interface SyslogMessage {
  priority: number | undefined;
  version: number | undefined;
  timeUnixNano: bigint | undefined;
  hostname: string | undefined;
  appname: string | undefined;
  procId: string | undefined;
  msgId: string | undefined;
  structuredData: ReadonlyMap<string, ReadonlyMap<string, string>> | undefined;
  message: string | undefined;
}

const PRIORITY_MAX = 191;
const PRIORITY = /^<([0-9]{1,3})>/;
const HEAD_5424 = /^([1-9][0-9]{0,2}) (\S+) (\S+) (\S+) (\S+) (\S+) /;
const TAG_3164 = /^([^\s[\]:]{1,128})(?:\[([^\]]*)\])?:\s?/;
const TIME_3164_LENGTH = 15;
const NIL = '-';
const BYTE_ORDER_MARK = '\ufeff';

const rfc3339 = new TimeReader(gotimeLayout('2006-01-02T15:04:05Z07:00'));
const stamp = new TimeReader(gotimeLayout('Jan _2 15:04:05'));
const utc = { location: new TimeZone('UTC'), byName: new Map<string, TimeZone>() };

export interface SyslogOptions {
  /** Of times without a zone. */
  readonly location: TimeZone;
  /** A message may have no `<PRI>`. */
  readonly allowSkipPriority: boolean;
}

/** Throws `OperatorError`. */
export function parseRfc5424(text: string, options: SyslogOptions): SyslogMessage {
  const { priority, rest } = takePriority(text, options);
  const head = HEAD_5424.exec(rest);
  if (head === null) throw new OperatorError('expecting a RFC5424 header');
  const [whole, version, time = NIL, hostname, appname, procId, msgId] = head;
  const { data, next } = takeStructuredData(rest, whole.length);
  const behind = rest.slice(next);
  if (behind !== '' && !behind.startsWith(' ')) throw new OperatorError('expecting a blank');
  const message = behind.slice(1).replace(BYTE_ORDER_MARK, '');
  return {
    priority,
    version: Number(version),
    timeUnixNano: time === NIL ? undefined : toUnixNano(rfc3339.read(time), utc),
    hostname: orNone(hostname),
    appname: orNone(appname),
    procId: orNone(procId),
    msgId: orNone(msgId),
    structuredData: data,
    message: message === '' ? undefined : message,
  };
}

/** Throws `OperatorError`. */
export function parseRfc3164(text: string, options: SyslogOptions): SyslogMessage {
  const { priority, rest } = takePriority(text, options);
  const isLong = /^[0-9]{4}-/.test(rest);
  const timeEnd = isLong ? rest.indexOf(' ') : TIME_3164_LENGTH;
  const zones = { location: options.location, byName: new Map<string, TimeZone>() };
  const time = (isLong ? rfc3339 : stamp).read(rest.slice(0, Math.max(0, timeEnd)));
  const afterTime = /^ (\S+) ?/.exec(rest.slice(timeEnd));
  const content = rest.slice(timeEnd + (afterTime?.[0].length ?? 0));
  const tag = TAG_3164.exec(content);
  const message = content.slice(tag?.[0].length ?? 0);
  return {
    priority,
    version: undefined,
    timeUnixNano: toUnixNano(time, zones),
    hostname: afterTime?.[1],
    appname: tag?.[1],
    procId: tag?.[2],
    msgId: undefined,
    structuredData: undefined,
    message: message === '' ? undefined : message,
  };
}

function takePriority(
  text: string,
  { allowSkipPriority }: SyslogOptions,
): { readonly priority: number | undefined; readonly rest: string } {
  const match = PRIORITY.exec(text);
  if (match === null) {
    if (allowSkipPriority && !text.startsWith('<')) return { priority: undefined, rest: text };
    throw new OperatorError('expecting a priority value between angle brackets [col 0]');
  }
  const priority = Number(match[1]);
  if (priority > PRIORITY_MAX) {
    throw new OperatorError('expecting a priority value in the range 0-191 [col 1]');
  }
  return { priority, rest: text.slice(match[0].length) };
}

function orNone(text: string | undefined): string | undefined {
  return text === NIL ? undefined : text;
}

const ELEMENT_ID = /\[([^\s\]="]+)/y;
const PARAMETER = / ([^\s\]="]+)="((?:[^"\\\]]|\\[\s\S])*)"/y;

interface StructuredData {
  readonly data: ReadonlyMap<string, ReadonlyMap<string, string>> | undefined;
  readonly next: number;
}

function takeStructuredData(text: string, from: number): StructuredData {
  if (text[from] === NIL) return { data: undefined, next: from + 1 };
  const data = new Map<string, Map<string, string>>();
  let at = from;
  while (text[at] === '[') {
    ELEMENT_ID.lastIndex = at;
    const id = ELEMENT_ID.exec(text);
    if (id === null) throw new OperatorError(`expecting a structured data element id [col ${at}]`);
    at = ELEMENT_ID.lastIndex;
    const parameters = new Map<string, string>();
    PARAMETER.lastIndex = at;
    for (let each = PARAMETER.exec(text); each !== null; each = PARAMETER.exec(text)) {
      at = PARAMETER.lastIndex;
      parameters.set(each[1] ?? '', (each[2] ?? '').replace(/\\(["\\\]])/g, '$1'));
    }
    if (text[at] !== ']') {
      throw new OperatorError(`expecting a structured data parameter [col ${at}]`);
    }
    data.set(id[1] ?? '', parameters);
    at++;
  }
  if (data.size === 0) throw new OperatorError(`expecting structured data [col ${from}]`);
  return { data, next: at };
}
