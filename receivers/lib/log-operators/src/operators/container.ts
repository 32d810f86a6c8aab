import { GoRegexp } from '@sonde/go-regexp';
import { byteSize, refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';
import { type Entry, type EntryMap, type EntryValue, toEntryValue, typeName } from '../entry.ts';
import { Field } from '../field.ts';
import type { Operator } from '../operator.ts';
import {
  type OperatorType,
  operatorSpec,
  PARSER,
  type ParserConfig,
  readSections,
  sectionsOf,
} from '../operator-config.ts';
import { OperatorError } from '../operator-error.ts';
import { gotimeLayout } from '../time/time-layout.ts';
import { TimeReader } from '../time/time-reader.ts';
import { TimeZone } from '../time/time-zone.ts';
import { toUnixNano } from '../time/to-unix-nano.ts';
import { readJson } from './json-parsers.ts';
import { Recombiner } from './recombiner.ts';

const FORMATS = ['docker', 'crio', 'containerd'] as const;

type ContainerFormat = (typeof FORMATS)[number];

const FLUSH_MS = 5000;
const SOURCES = 1000;
const FILE_PATH = 'log.file.path';
/** Time, stream, tag, text; no pattern of a user's, and linear: blanks part them. */
const CRI = /^(\S+) (stdout|stderr) (\S*) ?([\s\S]*)$/;
const POD_PATH: GoRegexp = new GoRegexp(
  '^.*(?:/|\\\\)(?P<namespace>[^_]+)_(?P<pod>[^_]+)_(?P<uid>[a-f0-9-]+)(?:/|\\\\)(?P<container>[^\\._]+)(?:/|\\\\)(?P<restarts>\\d+)\\.log(?:\\.\\d{8}-\\d{6})?(?:\\.gz)?$',
);
const POD_KEYS: readonly string[] = [
  'k8s.namespace.name',
  'k8s.pod.name',
  'k8s.pod.uid',
  'k8s.container.name',
  'k8s.container.restart_count',
];

const fields = z.strictObject({
  ...PARSER,
  format: z.string().default(''),
  add_metadata_from_filepath: z.boolean().default(true),
  max_log_size: byteSize('1MiB'),
});

type Fields = z.output<typeof fields>;

/** Parses lines of container logs, joins those that were cut and names their pod. */
export const containerParser: OperatorType = {
  type: 'container',
  schema: fields
    .superRefine(({ format }, context) => {
      if (format === '' || isFormat(format)) return;
      refuseMeaning(context, {
        text: `operator config has an invalid \`format\` field: ${JSON.stringify(format)}`,
        path: ['format'],
        hint: `it is one of ${FORMATS.join(', ')}`,
      });
    })
    .transform((config) => operatorSpec(config, () => new ContainerOperator(config))),
};

function isFormat(format: string): format is ContainerFormat {
  return FORMATS.some((known) => known === format);
}

class ContainerOperator implements Operator {
  readonly holdMs: number;
  readonly #config: Fields;
  readonly #recombiner: Recombiner;
  readonly #time: TimeReader = new TimeReader(gotimeLayout('2006-01-02T15:04:05Z07:00'));
  readonly #zones = { location: new TimeZone('UTC'), byName: new Map<string, TimeZone>() };

  constructor(config: Fields) {
    this.#config = config;
    this.#recombiner = new Recombiner({
      which: 'last',
      test: (entry) => entry.attributes.get('logtag') === 'F',
      combineField: new Field('body', []),
      combineWith: '',
      batchMax: 0,
      unmatchedBatchMax: 0,
      lengthMax: config.max_log_size,
      sourcesMax: SOURCES,
      holdMs: FLUSH_MS,
      overwriteWith: 'oldest',
      sourceOf: ({ attributes }) =>
        `${String(attributes.get(FILE_PATH) ?? '')}\0${String(attributes.get('log.iostream'))}`,
    });
    this.holdMs = FLUSH_MS;
  }

  process(entry: Entry, write: (entry: Entry) => void): void {
    const text = textOf(this.#config, entry);
    const format = this.#format(text);
    const parsed = format === 'docker' ? parseDocker(text) : parseCri(text);
    this.#apply(entry, parsed);
    readSections(sectionsOf(this.#config), entry);
    // A line of docker's is whole.
    if (format === 'docker') write(entry);
    else this.#recombiner.process(entry, write);
  }

  flush(heldSinceMs: number, write: (entry: Entry) => void): void {
    this.#recombiner.flush(heldSinceMs, write);
  }

  held(): Iterable<Entry> {
    return this.#recombiner.held();
  }

  #format(text: string): ContainerFormat {
    const { format } = this.#config;
    if (isFormat(format)) return format;
    if (text.startsWith('{')) return 'docker';
    if (CRI.test(text)) return 'containerd';
    throw new OperatorError('failed to detect a valid container log format');
  }

  #apply(entry: Entry, { time, stream, log, rest }: ContainerLine): void {
    entry.timeUnixNano = toUnixNano(this.#time.read(time), this.#zones);
    entry.body = log;
    entry.attributes.set('log.iostream', stream);
    for (const [key, value] of rest) this.#config.parse_to.child(key).set(entry, value);
    if (this.#config.add_metadata_from_filepath) addPod(entry);
  }
}

interface ContainerLine {
  readonly time: string;
  readonly stream: string;
  readonly log: EntryValue;
  /** What else the line has. */
  readonly rest: EntryMap;
}

function textOf({ parse_from: from }: ParserConfig, entry: Entry): string {
  const value = from.get(entry);
  if (typeof value === 'string') return value;
  throw new OperatorError(`type '${typeName(value)}' cannot be parsed as container logs`);
}

function parseCri(text: string): ContainerLine {
  const match = CRI.exec(text);
  if (match === null) throw new OperatorError('regex pattern does not match');
  const [, time = '', stream = '', tag = '', log = ''] = match;
  return { time, stream, log, rest: new Map([['logtag', tag]]) };
}

function parseDocker(text: string): ContainerLine {
  const parsed = toEntryValue(readJson(text, 'docker container logs'), { ints: false });
  if (!(parsed instanceof Map)) throw new OperatorError('a docker log that is no object');
  const take = (key: string): EntryValue => {
    const value = parsed.get(key);
    if (value === undefined) throw new OperatorError(`move: field ${key} does not exist`);
    parsed.delete(key);
    return value;
  };
  const [time, stream, log] = [take('time'), take('stream'), take('log')];
  return { time: String(time), stream: String(stream), log, rest: parsed };
}

/** The pod of a path like `/var/log/pods/<namespace>_<pod>_<uid>/<container>/<restarts>.log`. */
function addPod(entry: Entry): void {
  const path = entry.attributes.get(FILE_PATH);
  if (typeof path !== 'string') {
    throw new OperatorError(
      `type '${typeName(path)}' cannot be parsed as log path field: set include_file_path`,
    );
  }
  const groups = POD_PATH.findGroups(path);
  if (groups === undefined) throw new OperatorError('failed to detect a valid log path');
  for (const [index, key] of POD_KEYS.entries()) entry.resource.set(key, groups[index] ?? '');
}
