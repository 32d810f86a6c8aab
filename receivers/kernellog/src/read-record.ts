import { FIELDS_MAX } from './limits.ts';

/** A record of the kernel's log. */
export interface KernelRecord {
  /** syslog(2): 0 (emerg) to 7 (debug). */
  readonly priority: number;
  /** 0: the kernel's own; others are what programs wrote into it. */
  readonly facility: number;
  /** Counts from 0 at boot. */
  readonly sequence: number;
  /** Since boot. */
  readonly atUs: number;
  readonly message: string;
  /** What the kernel says beside it: `SUBSYSTEM`, `DEVICE`. */
  readonly fields: ReadonlyMap<string, string>;
}

const HEAD = /^(\d{1,10}),(\d{1,16}),(\d{1,16}),/;

/**
 * Reads what one read of /dev/kmsg gives (Documentation/ABI/testing/dev-kmsg):
 * `priority,sequence,microseconds,flags[,more];message`, then lines ` KEY=value`. Undefined when it is
 * nothing of the kind.
 */
export function readRecord(text: string): KernelRecord | undefined {
  const [head, prefix, sequence, atUs] = HEAD.exec(text) ?? [];
  const headEnd = text.indexOf(';');
  if (head === undefined || headEnd < 0) return undefined;
  const [message = '', ...lines] = text.slice(headEnd + 1).split('\n');
  const number = Number(prefix);
  return {
    priority: number & 7,
    facility: number >>> 3,
    sequence: Number(sequence),
    atUs: Number(atUs),
    message: unescaped(message),
    fields: fieldsOf(lines),
  };
}

function fieldsOf(lines: readonly string[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of lines.slice(0, FIELDS_MAX)) {
    const equals = line.indexOf('=');
    if (line.startsWith(' ') && equals > 1) {
      fields.set(line.slice(1, equals), unescaped(line.slice(equals + 1)));
    }
  }
  return fields;
}

const ESCAPES = /(?:\\x[0-9a-f]{2})+/g;

/** What is not printable is `\x0a` there, byte by byte: a text of several lines, and letters of UTF-8. */
function unescaped(text: string): string {
  if (!text.includes('\\x')) return text;
  return text.replace(ESCAPES, (escaped) => {
    return Buffer.from(escaped.replaceAll('\\x', ''), 'hex').toString('utf8');
  });
}
