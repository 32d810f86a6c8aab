import { createReadStream } from 'node:fs';
import {
  type Leaf,
  PatternMiner,
  parseTime,
  RecordSplitter,
  renderTemplate,
} from '@sonde/log-patterns';
import { UsageError } from '../usage-error.ts';
import { readFlags } from './read-flags.ts';

const FORMATS = ['patterns', 'json'] as const;
const CHUNK_BYTES = 1 << 16;
/** After a chunk: some milliseconds at most. */
const STEPS_A_CHUNK = 32;
/** Lines of output that are written at once. */
const OUTPUT_LINES = 1024;

const FLAGS = {
  format: {
    type: 'string',
    value: 'patterns|json',
    about: 'patterns with their counts, or one JSON object a record',
    default: 'patterns',
  },
  source: {
    type: 'string',
    value: 'one|many',
    about: 'whether one program wrote the lines, or many that are told apart by their headers',
    default: 'one',
  },
} as const;

/**
 * `sonde patterns FILE`: the patterns of a log file (standard input without one). Reads plain lines,
 * JSON, logfmt, CRI and stack traces; keeps nothing.
 */
export async function patterns(args: readonly string[]): Promise<void> {
  const { values, positionals } = readFlags(args, FLAGS, { positionalsMax: 1 });
  const format = FORMATS.find((name) => name === values.format);
  if (format === undefined) {
    throw new UsageError(`invalid argument "${values.format}" for "--format": patterns or json`);
  }
  if (values.source !== 'one' && values.source !== 'many') {
    throw new UsageError(`invalid argument "${values.source}" for "--source": one or many`);
  }
  const [file] = positionals;
  process.stdout.once('error', endWithReader);
  const reading = new Reading(values.source === 'one' ? 'file' : '');
  await reading.read(file, format === 'json' && file === undefined);
  if (format === 'patterns') reading.printPatterns();
  // A file is read again, now that the patterns are known; standard input was answered as it came.
  else if (file !== undefined) await reading.read(file, true);
}

class Reading {
  readonly #miner = new PatternMiner();
  readonly #source: string;
  readonly #severity = new Map<Leaf, number>();
  readonly #counts = new Map<Leaf, number>();
  readonly #year: number = new Date().getUTCFullYear();
  #templates = new Map<Leaf, string>();
  #records = 0;
  #droppedBytes = 0;

  constructor(source: string) {
    this.#source = source;
  }

  async read(file: string | undefined, prints: boolean): Promise<void> {
    const miner = this.#miner;
    const source = miner.source(this.#source);
    const lines: string[] = [];
    const splitter = new RecordSplitter((bytes, from, to) => {
      const leaf = miner.add(source, bytes, from, to);
      if (prints) lines.push(this.#describe(leaf));
      else this.#count(leaf);
    });
    const input =
      file === undefined ? process.stdin : createReadStream(file, { highWaterMark: CHUNK_BYTES });
    for await (const chunk of input) {
      splitter.push(Buffer.from(chunk));
      if (miner.tend(STEPS_A_CHUNK) || prints) this.#templates.clear();
      if (lines.length >= OUTPUT_LINES) await print(lines.splice(0));
    }
    splitter.end();
    this.#droppedBytes = splitter.droppedBytes;
    if (lines.length > 0) await print(lines);
    if (!prints) miner.settle();
    this.#templates = new Map();
  }

  #count(leaf: Leaf): void {
    this.#records++;
    this.#counts.set(leaf, (this.#counts.get(leaf) ?? 0) + 1);
    const { severity } = this.#miner;
    if (severity > (this.#severity.get(leaf) ?? 0)) this.#severity.set(leaf, severity);
  }

  #describe(leaf: Leaf): string {
    const miner = this.#miner;
    const { head } = leaf;
    const variables = miner.variables(leaf);
    const { bytes } = miner.reader;
    const values = Array.from({ length: variables.count }, (_, i) =>
      Buffer.from(bytes.subarray(variables.start[i], variables.end[i])).toString('utf8'),
    );
    const { message, severity, timeText } = miner;
    const time = parseTime(timeText, this.#year);
    return JSON.stringify({
      pattern: hex(head),
      leaf: hex(leaf),
      ...(time === undefined ? {} : { timeUnixNano: String(time) }),
      ...(severity === 0 ? {} : { severityNumber: severity }),
      message,
      variables: values,
      template: this.#template(head),
    });
  }

  #template(head: Leaf): string {
    const known = this.#templates.get(head);
    if (known !== undefined) return known;
    const template = renderTemplate(head, this.#miner.tokenizer);
    this.#templates.set(head, template);
    return template;
  }

  printPatterns(): void {
    const totals = new Map<Leaf, { count: number; severity: number }>();
    for (const [leaf, count] of this.#counts) {
      const { head } = leaf;
      // Lines without a pattern are counted below.
      if (head === this.#miner.other) continue;
      const total = totals.get(head) ?? { count: 0, severity: 0 };
      total.count += count;
      total.severity = Math.max(total.severity, this.#severity.get(leaf) ?? 0);
      totals.set(head, total);
    }
    const rows = [...totals].sort(([, x], [, y]) => y.count - x.count);
    for (const [head, { count, severity }] of rows) {
      const share = ((100 * count) / this.#records).toFixed(1);
      process.stdout.write(
        `${String(count).padStart(9)} ${share.padStart(5)}% ${levelName(severity).padEnd(5)} ` +
          `${hex(head)} ${this.#template(head)}\n`,
      );
    }
    const dropped = this.#droppedBytes > 0 ? `, ${this.#droppedBytes} bytes of long lines cut` : '';
    process.stderr.write(
      `${this.#records} records, ${rows.length} patterns, ` +
        `${this.#miner.overflown} records without one${dropped}\n`,
    );
  }
}

/** `sonde patterns FILE | head`: who reads has seen enough. */
function endWithReader(error: Error): void {
  if ('code' in error && error.code === 'EPIPE') process.exit(0);
  throw error;
}

function hex(leaf: Leaf): string {
  return leaf.id.toString(16).padStart(16, '0');
}

/** The OTLP range that a severity number is in. */
function levelName(severity: number): string {
  if (severity === 0) return '-';
  const names = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
  return names[Math.floor((severity - 1) / 4)] ?? '-';
}

function print(lines: readonly string[]): Promise<void> {
  return new Promise((resolve) => process.stdout.write(`${lines.join('\n')}\n`, () => resolve()));
}
