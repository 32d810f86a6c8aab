/** Log lines of many systems that are made up here; the same for the same seed. */
const VERBS =
  'opened closed started stopped read wrote sent received moved created deleted loaded flushed renewed rejected accepted'.split(
    ' ',
  );
const NOUNS =
  'connection session file block request response task job lease token cache index queue shard segment snapshot user order cart payment'.split(
    ' ',
  );
const PLACES =
  'in the store|for the user|on the replica|after a retry|before the deadline|by the scheduler|from the peer|without a reply'.split(
    '|',
  );
const LEVELS = 'DEBUG INFO INFO INFO INFO WARN ERROR'.split(' ');
const TEMPLATES_A_SOURCE = 110;
const WORD_LETTERS_MAX = 10;
const RANDOM_WORDS_MAX = 14;

export interface LabelledLine {
  readonly source: string;
  readonly text: string;
}

/** A linear congruential generator: numbers in [0, 1). */
export class Draw {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return this.#state / 0x100000000;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  of<T extends string>(list: readonly T[]): string {
    return list[this.below(list.length)] ?? '';
  }
}

type Header = (draw: Draw, seconds: number, message: string) => string;

const clock = (seconds: number): string =>
  new Date(1_700_000_000_000 + seconds * 1000).toISOString();

/** Headers and wrappings as programs write them. */
const HEADERS: Readonly<Record<string, Header>> = {
  log4j: (draw, at, message) =>
    `${clock(at).slice(0, 19).replace('T', ' ')},${100 + draw.below(900)} ${draw.of(LEVELS)} [worker-${draw.below(8)}] com.shop.Store: ${message}`,
  syslog: (draw, at, message) =>
    `Nov ${10 + (at % 18)} ${clock(at).slice(11, 19)} host${draw.below(9)} stored[${draw.below(9999)}]: ${message}`,
  klog: (draw, at, message) =>
    `I11${10 + (at % 18)} ${clock(at).slice(11, 19)}.${100_000 + draw.below(899_999)} ${draw.below(9999)} store.go:${draw.below(900)}] ${message}`,
  python: (draw, at, message) =>
    `${clock(at).slice(0, 19).replace('T', ' ')} - store.views - ${draw.of(LEVELS)} - ${message}`,
  json: (draw, at, message) =>
    JSON.stringify({
      time: clock(at),
      level: draw.of(LEVELS).toLowerCase(),
      msg: message,
      n: draw.below(99),
    }),
  logfmt: (draw, at, message) =>
    `ts=${clock(at)} level=${draw.of(LEVELS).toLowerCase()} caller=store.go:${draw.below(900)} msg=${JSON.stringify(message)}`,
  cri: (_draw, at, message) => `${clock(at).slice(0, 23)}000000Z stdout F ${message}`,
  apache: (draw, at, message) =>
    `[${new Date(1_700_000_000_000 + at * 1000).toUTCString().slice(0, 25).replace(',', '')}] [${draw.of(LEVELS).toLowerCase()}] ${message}`,
  plain: (_draw, _at, message) => message,
};

const FORMATS: readonly string[] = Object.keys(HEADERS);

function template(draw: Draw): string {
  const shapes = [
    () => `${draw.of(NOUNS)} # ${draw.of(VERBS)} ${draw.of(PLACES)}, took # ms`,
    () => `${draw.of(VERBS)} ${draw.of(NOUNS)} node-# ${draw.of(PLACES)}`,
    () =>
      `cannot ${draw.of(NOUNS)} ${draw.of(NOUNS)} at 10.#.#.#:# : ${draw.of(NOUNS)} ${draw.of(VERBS)}`,
    () =>
      `${draw.of(NOUNS)}(${draw.of(NOUNS)}=#, ${draw.of(NOUNS)}='#') ${draw.of(VERBS)} (# of #)`,
    () => `the ${draw.of(NOUNS)} of ${draw.of(NOUNS)} was ${draw.of(VERBS)} ${draw.of(PLACES)}`,
  ];
  return shapes[draw.below(shapes.length)]?.() ?? '';
}

function randomWords(draw: Draw): string {
  const words = Array.from({ length: 3 + draw.below(RANDOM_WORDS_MAX) }, () => {
    const letters = Array.from({ length: 2 + draw.below(WORD_LETTERS_MAX) }, () =>
      String.fromCharCode(97 + draw.below(26)),
    );
    return letters.join('');
  });
  return words.join(' ');
}

/** Lines of two services a format. */
export function* madeUpLines(seed: number, lines: number): Generator<LabelledLine> {
  const draw = new Draw(seed);
  const sources = FORMATS.flatMap((format) =>
    [1, 2].map((n) => ({
      name: `${format}-${n}`,
      header: HEADERS[format] ?? ((_draw: Draw, _at: number, message: string) => message),
      templates: Array.from({ length: TEMPLATES_A_SOURCE }, () => template(draw)),
    })),
  );
  for (let at = 0; at < lines; at++) {
    const source = sources[draw.below(sources.length)];
    if (source === undefined) return;
    const message = draw.of(source.templates).replaceAll('#', () => String(draw.below(100_000)));
    yield { source: source.name, text: source.header(draw, at >> 4, message) };
  }
}

/** A corpus as bytes, lines of which are written again and again with digits drawn anew. */
export class RedrawnLines {
  readonly #bytes: readonly Buffer[];
  readonly #sources: readonly string[];
  readonly #noise: readonly Buffer[];
  readonly #noiseShare: number;
  readonly #draw: Draw;
  /** Of the line that was written last. */
  source = '';

  constructor(corpus: readonly LabelledLine[], { seed, noise }: { seed: number; noise: number }) {
    this.#draw = new Draw(seed);
    this.#bytes = corpus.map(({ text }) => Buffer.from(text));
    this.#sources = corpus.map(({ source }) => source);
    this.#noiseShare = noise;
    const lines = noise > 0 ? NOISE_LINES : 0;
    this.#noise = Array.from({ length: lines }, () => Buffer.from(randomWords(this.#draw)));
  }

  /** Writes a line at `at`; returns where it ends. Makes no garbage, which others would pay for. */
  write(out: Buffer, at: number): number {
    const draw = this.#draw;
    const index = draw.below(this.#bytes.length);
    this.source = this.#sources[index] ?? '';
    const isNoise = draw.next() < this.#noiseShare;
    const text = isNoise ? this.#noise[draw.below(this.#noise.length)] : this.#bytes[index];
    if (text === undefined) return at;
    out.set(text, at);
    const to = at + text.length;
    if (isNoise) this.#scramble(out, at, to);
    else this.#redraw(out, at, to);
    return to;
  }

  /** First digits of numbers stay: dates stay dates. Hexadecimal letters behind digits are others. */
  #redraw(out: Buffer, from: number, to: number): void {
    let bits = this.#draw.below(0x40000000);
    let isRedrawn = isDigitByte(out[from]);
    for (let i = from + 1; i < to; i++) {
      const first = isDigitByte(out[i]) ? 48 : isHexLetter(out[i]) ? 97 : 0;
      const isRun = isRedrawn;
      isRedrawn = first === 48 || (first === 97 && isRun);
      if (!isRun || !isRedrawn) continue;
      out[i] = first + (bits % (first === 48 ? 10 : 6));
      bits = Math.imul(bits, 1664525) >>> 2;
    }
  }

  /** Other letters: no random word comes twice. */
  #scramble(out: Buffer, from: number, to: number): void {
    for (let i = from; i < to; i++) if (out[i] !== 32) out[i] = 97 + this.#draw.below(26);
  }
}

const NOISE_LINES = 4096;

function isDigitByte(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte < 58;
}

function isHexLetter(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 97 && byte < 103;
}
