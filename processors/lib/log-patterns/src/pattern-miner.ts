import { affixesOf, narrowAffixes } from './affixes.ts';
import { AliasLog } from './alias-log.ts';
import { CutLine } from './cut-line.ts';
import { Door } from './door.ts';
import { COLUMNS_MAX } from './header-columns.ts';
import { HeaderCutter } from './header-cutter.ts';
import { type HeaderLayout, NO_HEADER } from './header-layout.ts';
import { KnownLines, PROOF_LINES } from './known-lines.ts';
import { Leaf } from './leaf.ts';
import { evictColdest, foldGrouped } from './leaf-moves.ts';
import { LeafNews } from './leaf-news.ts';
import { latin1, lineEnd } from './line-bytes.ts';
import { LineReader } from './line-reader.ts';
import { lineShape } from './line-shape.ts';
import { LineSum } from './line-sum.ts';
import { MINER_LIMITS, type MinerOptions } from './miner-options.ts';
import { Pace, type Steps } from './pace.ts';
import type { PatternSource } from './pattern-source.ts';
import { regroup } from './regroup.ts';
import { matchesTokens, signatureOf } from './signature.ts';
import { SourceMap } from './source-map.ts';
import { Tokenizer } from './tokenizer.ts';
import { Variables } from './variables.ts';

/** The first lines are all looked at for the header's layout, then one in so many. */
const OBSERVE_EVERY = 256;
const COLLISIONS_MAX = 4;
/** Leaves that are cut anew while a line waits: a millisecond at most. */
const RECUT_AT_ONCE_MAX = 256;
/** So many lines later noise is forgotten by half. */
const DECAY_LINES = 1 << 20;

/** Finds the pattern of log lines as they come; one instance a process and partition. */
export class PatternMiner {
  readonly tokenizer: Tokenizer = new Tokenizer();
  readonly cutter: HeaderCutter = new HeaderCutter();
  readonly reader: LineReader = new LineReader();
  readonly aliases: AliasLog = new AliasLog();
  /** Of the line that was added last: where in `reader.bytes` its message begins. */
  bodyStart = 0;
  /** Its header's layout: with `cutter` it says level and time. */
  layout: HeaderLayout = NO_HEADER;
  lines = 0;
  /** Days since the epoch at which lines arrive, told from outside: leaves are news again each day. */
  day = 0;
  /** Lines that got no leaf of their own: noise, or no room. */
  overflown = 0;
  collisions = 0;
  #evicted = 0;
  /** Stands for lines without a leaf. */
  readonly other: Leaf;
  readonly #line: CutLine = new CutLine();
  readonly #variables: Variables = new Variables();
  readonly #door: Door = new Door();
  readonly #options: Required<MinerOptions>;
  readonly #sources: SourceMap;
  readonly #known: KnownLines = new KnownLines();
  /** `#variables` are of the line that was added last. */
  #hasVariables = false;
  readonly #jobs: { readonly source: PatternSource; readonly steps: Steps }[] = [];
  readonly #places: LineSum = new LineSum();

  constructor(options: MinerOptions = {}) {
    this.#options = { ...MINER_LIMITS, ...options };
    this.#sources = new SourceMap(this.#door, this.#options);
    this.tokenizer.tokenize(Buffer.from('*'), 0, 1);
    const signature = signatureOf(this.tokenizer.tokens, 0, 0);
    this.other = new Leaf(signature, { exemplar: '', bodyStart: 0, affixes: undefined });
  }

  get leaves(): number {
    return this.#door.live;
  }

  /** Leaves that were let go for want of room. */
  get evicted(): number {
    return this.#evicted + this.#sources.dropped;
  }

  /**
   * The source of a key, made when it is new. A mixed one (by default `''`) is a stream of many
   * sources that is not labelled.
   */
  source(
    key: string,
    { isMixed = key === '' }: { readonly isMixed?: boolean } = {},
  ): PatternSource {
    return this.#sources.get(key, isMixed);
  }

  /**
   * The leaf of a record [from, to). Afterwards `reader` and `cutter` say what was around its
   * message, which begins at `bodyStart` in `reader.bytes`.
   */
  add(source: PatternSource, bytes: Uint8Array, from: number, to: number): Leaf {
    const { reader } = this;
    this.lines++;
    if (this.lines % DECAY_LINES === 0) this.#door.decay();
    source.lastUsed = this.lines;
    reader.read(bytes, from, to);
    if (source.lines < source.observeUntil) reader.clean();
    const own = this.#observe(source);
    const target = own.givenTo ?? own;
    this.#hasVariables = false;
    const hasControl = this.#cut(target);
    const mayKnow = !hasControl && target.known.isWorthwhile(target.lines);
    const recalled = mayKnow ? this.#recall(target) : undefined;
    const leaf = recalled ?? this.#readTokens(target, hasControl, mayKnow);
    target.countHeader(this.cutter.isMatching);
    if (source.news !== undefined && leaf !== this.other && LeafNews.isDue(leaf, this.day)) {
      source.news.add(leaf, this.day);
    }
    if (target.fresh > 0 && !target.isQueued && target.needsGrouping()) this.#queueGrouping(target);
    return leaf;
  }

  /** Counts the line for its source's layout; gives the source that its shape stands for. */
  #observe(source: PatternSource): PatternSource {
    const { bytes, from } = this.reader;
    const to = lineEnd(this.reader);
    const own = this.#sourceIn(source, bytes, from, to);
    own.lines++;
    if (own !== source) source.lines++;
    const { lines } = own;
    if (lines <= own.observeUntil || lines % OBSERVE_EVERY === 0) {
      this.cutter.columns.split(bytes, from, to, COLUMNS_MAX);
      own.learner.observe(bytes, this.cutter.columns);
      if (lines >= own.nextLearn) this.#learn(own);
    }
    return own;
  }

  /** Of a stream that is not labelled: the source that the line's shape stands for. */
  #sourceIn(source: PatternSource, bytes: Uint8Array, from: number, to: number): PatternSource {
    if (source.shapes === undefined) return source;
    return this.#sources.ofShape(source, lineShape(this.cutter.columns, { bytes, from, to }));
  }

  /** True when an escape or a line's end stands in the header. */
  #cut({ layout }: PatternSource): boolean {
    const { reader } = this;
    this.layout = layout;
    this.bodyStart = this.cutter.cut(layout, reader.bytes, reader.from, lineEnd(reader));
    return this.cutter.hasControl;
  }

  /** The leaf of a line that is as one before but for its numbers. */
  #recall(source: PatternSource): Leaf | undefined {
    const { bytes } = this.reader;
    if (source.epoch === 0) source.epoch = this.#known.nextEpoch();
    const slot = this.#known.find(source.epoch, bytes, this.bodyStart, lineEnd(this.reader));
    source.known.count(slot >= 0);
    const leaf = source.leaves[slot];
    if (leaf === undefined) return undefined;
    if (this.lines % PROOF_LINES === 0 && !this.#isProven(leaf)) {
      source.epoch = 0;
      return undefined;
    }
    this.#known.readValues(this.#variables);
    this.#hasVariables = true;
    if (leaf.affixes !== undefined) this.#variables.placeTokens(leaf, this.tokenizer.tokens);
    this.#count(leaf, source, { bytes, count: 1 });
    return leaf;
  }

  /** Whether a line that is known has the tokens of its leaf: two outlines may have one hash. */
  #isProven({ signature }: Leaf): boolean {
    this.tokenizer.tokenize(this.reader.bytes, this.bodyStart, lineEnd(this.reader));
    if (matchesTokens(signature, this.tokenizer.tokens)) return true;
    this.collisions++;
    return false;
  }

  /** Finds the leaf by the line's tokens; remembers it if it came before. */
  #readTokens(source: PatternSource, hasControl: boolean, keeps: boolean): Leaf {
    const { reader, tokenizer } = this;
    tokenizer.tokenize(reader.bytes, this.bodyStart, lineEnd(reader));
    let isPlain = keeps && !tokenizer.isWidthBound;
    if ((tokenizer.hasControl || hasControl) && reader.clean()) {
      this.#cut(source);
      tokenizer.tokenize(reader.bytes, this.bodyStart, lineEnd(reader));
      isPlain = false;
    }
    const leaf = this.#insert(source, this.#line.set(reader, this.bodyStart), 1);
    // What comes once may be noise.
    if (isPlain && leaf.count > 1 && source.leaves[leaf.slot] === leaf) {
      this.#known.keep(leaf.slot, this.variables(leaf));
    }
    return leaf;
  }

  /** OTLP's severity number of the line that was added last, from its header or wrapping; 0: none. */
  get severity(): number {
    const { reader } = this;
    return reader.severity || this.cutter.severity(this.layout, reader.bytes);
  }

  /** The time of the line that was added last, as it is written; `''` when it has none. */
  get timeText(): string {
    const { reader } = this;
    if (reader.timeTo > reader.timeFrom) {
      return latin1(reader.timeBytes, reader.timeFrom, reader.timeTo);
    }
    const { from, to } = this.cutter.timeRange(this.layout);
    return latin1(reader.bytes, from, to);
  }

  /** Its message. */
  get message(): string {
    const { reader } = this;
    return Buffer.from(reader.bytes.subarray(this.bodyStart, reader.to)).toString('utf8');
  }

  /** The values of the line that was added last. */
  variables(leaf: Leaf): Variables {
    if (this.#hasVariables) return this.#variables;
    this.#hasVariables = true;
    if (leaf === this.other) this.#variables.clear();
    else this.#variables.read(leaf, this.tokenizer.tokens, this.#isOwn(leaf));
    return this.#variables;
  }

  /** Does at most so many steps of what waits (some tens of microseconds each); true: more waits. */
  tend(stepsMax: number): boolean {
    for (let step = 0; step < stepsMax; step++) {
      const job = this.#jobs[0];
      if (job === undefined) return false;
      if (job.steps.next().done !== true) continue;
      job.source.isQueued = false;
      this.#jobs.shift();
    }
    return this.#jobs.length > 0;
  }

  /** Groups all that is new, to the end. For the end of a file, and before a snapshot. */
  settle(): void {
    while (this.tend(1024));
    for (const source of [...this.allSources()]) {
      if (source.learnsLate) this.#learn(source, true);
    }
    while (this.tend(1024));
    for (const source of this.allSources()) if (source.fresh > 0) this.#queueGrouping(source);
    while (this.tend(1024));
  }

  /** Sources, and those that shapes of unlabelled lines stand for. */
  allSources(): Iterable<PatternSource> {
    return this.#sources.all();
  }

  #learn(source: PatternSource, isLate = false): void {
    if (!source.learn(isLate)) return;
    const leaves = source.takeLeaves();
    const steps = this.#recut(leaves, source.givenTo ?? source);
    // What became of few is told with the lines that follow: of a short source there may be no others.
    if (leaves.length <= RECUT_AT_ONCE_MAX) while (steps.next().done !== true);
    else this.#jobs.push({ source, steps });
  }

  /** Cuts the exemplars of leaves anew; their ids become aliases of the new ones. */
  *#recut(leaves: readonly Leaf[], target: PatternSource): Steps {
    const pace = new Pace();
    for (const leaf of leaves) {
      const bytes = Buffer.from(leaf.exemplar, 'latin1');
      const body = this.cutter.cut(target.layout, bytes, 0, bytes.length);
      this.tokenizer.tokenize(bytes, body, bytes.length);
      const line = this.#line.set({ bytes, from: 0, to: bytes.length }, body);
      const moved = this.#insert(target, line, leaf.count);
      if (moved !== leaf) this.#move(target, leaf, moved);
      if (pace.spend(60)) yield;
    }
  }

  #move({ news }: PatternSource, leaf: Leaf, to: Leaf): void {
    leaf.movedTo = to;
    leaf.exemplar = '';
    this.aliases.changed(leaf);
    if (news === undefined || to === this.other) return;
    news.add(leaf, this.day);
    // Who hears of the one must be able to know the other.
    if (to.toldOnDay < this.day) news.add(to, this.day);
  }

  #insert(source: PatternSource, line: CutLine, count: number): Leaf {
    const { tokens } = this.tokenizer;
    const places = this.#places;
    places.read(tokens);
    let found = source.table.get(places.a, places.b);
    if (found < 0) found = source.masks.find(places, source.table);
    const leaf = found < 0 ? undefined : source.leaves[found];
    if (leaf === undefined || !this.#isOf(leaf)) {
      return this.#insertNew(source, line, { count, isCollision: leaf !== undefined });
    }
    this.#count(leaf, source, { bytes: line.bytes, count });
    return leaf;
  }

  #count(leaf: Leaf, source: PatternSource, lines: { bytes: Uint8Array; count: number }): void {
    this.#door.left(leaf);
    leaf.count += lines.count;
    leaf.lastSeen = source.lines;
    if (leaf.affixes === undefined) return;
    leaf.affixes = narrowAffixes(leaf.affixes, this.tokenizer.tokens, lines.bytes);
  }

  /** Of a general leaf every token is compared: a line's own words are none of its own. */
  #isOf(leaf: Leaf): boolean {
    return this.#isOwn(leaf) || matchesTokens(leaf.signature, this.tokenizer.tokens);
  }

  #isOwn(leaf: Leaf): boolean {
    return leaf.check === this.#places.check && !leaf.isGeneral;
  }

  #insertNew(
    source: PatternSource,
    line: CutLine,
    { count, isCollision }: { readonly count: number; readonly isCollision: boolean },
  ): Leaf {
    const { tokens } = this.tokenizer;
    const { a, b } = this.#places;
    let [idA, idB] = [a, b];
    if (isCollision) {
      this.collisions++;
      for (let i = 1; i <= COLLISIONS_MAX; i++) {
        [idA, idB] = [(a + i) | 0, b ^ (i << 24)];
        const found = source.leaves[source.table.get(idA, idB)];
        if (found === undefined) break;
        if (!matchesTokens(found.signature, tokens)) continue;
        this.#door.left(found);
        found.count += count;
        return found;
      }
    }
    if (!this.#hasRoom(source)) return this.#overflow(count);
    if (count === 1 && !this.#door.admits(a, b, tokens.count)) {
      if (source.mayHoldValues) this.#queueGrouping(source);
      return this.#overflow(count);
    }
    const leaf = new Leaf(signatureOf(tokens, a, b), {
      exemplar: latin1(line.bytes, line.from, line.to),
      bodyStart: line.body - line.from,
      affixes: affixesOf(tokens, line.bytes),
      check: this.#places.check,
      a: idA,
      b: idB,
    });
    leaf.count = count;
    leaf.lastSeen = source.lines;
    source.add(leaf);
    this.#door.came(leaf);
    this.aliases.changed(leaf);
    return leaf;
  }

  #overflow(count: number): Leaf {
    this.overflown += count;
    this.other.count += count;
    return this.other;
  }

  #hasRoom(source: PatternSource): boolean {
    const { leavesMax, leavesTotalMax } = this.#options;
    if (source.live >= leavesMax) this.#evict(source);
    if (this.#door.live < leavesTotalMax) return true;
    this.#evict(this.#sources.largest(source));
    return this.#door.live < leavesTotalMax;
  }

  #evict(source: PatternSource): void {
    const gone = evictColdest(source);
    for (const leaf of gone) this.aliases.changed(leaf);
    this.#evicted += gone.length;
  }

  #queueGrouping(source: PatternSource): void {
    source.isQueued = true;
    this.#jobs.push({ source, steps: this.#group(source) });
  }

  *#group(source: PatternSource): Steps {
    const leaves = source.liveLeaves();
    source.grouped();
    const grouped = yield* regroup(leaves);
    const pace = new Pace();
    for (const { leaf, group } of grouped) {
      if (leaf.slot < 0 || leaf.movedTo !== undefined) continue;
      if (leaf.group?.head !== group.head || leaf.group.signature !== group.signature) {
        this.aliases.changed(leaf);
      }
      leaf.group = group;
      if (!leaf.isKin && group.alike.length > 1) this.#door.isKin(leaf);
      if (pace.spend(4)) yield;
    }
    yield* foldGrouped(source, grouped, (leaf, to) => this.#move(source, leaf, to));
  }
}
