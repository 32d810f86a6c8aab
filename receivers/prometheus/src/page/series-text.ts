import { PageError } from './page-error.ts';

export interface ParsedSeries {
  /** Metric name. */
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const QUOTED = /"((?:[^"\\\n]|\\.)*)"/y;
const SPACE = /[ \t]*/y;
const ESCAPES: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n', '\\"': '"' };

/**
 * The name and labels of `name{a="b"}` or `{"name","a.b"="c"}`. Throws `PageError` of `line`.
 * Called once a series, not once a sample.
 */
export function parseSeries(text: string, line: number): ParsedSeries {
  return new SeriesText(text, line).series();
}

/** Labels in braces, as exemplars have them. Throws `PageError` of `line`. */
export function parseLabels(text: string, line: number): ReadonlyMap<string, string> {
  return new SeriesText(text, line).series().labels;
}

class SeriesText {
  readonly #text: string;
  readonly #line: number;
  #at = 0;

  constructor(text: string, line: number) {
    this.#text = text;
    this.#line = line;
  }

  series(): ParsedSeries {
    let name = this.#take(NAME) ?? '';
    const labels = new Map<string, string>();
    this.#take(SPACE);
    if (this.#text[this.#at] === '{') {
      this.#at++;
      for (let more = !this.#closes(); more; more = this.#separates()) {
        name = this.#entry(name, labels);
        if (this.#closes()) break;
      }
    }
    if (this.#at < this.#text.length) this.#fail('a series that goes on behind its labels');
    return { name, labels };
  }

  /** One `key="value"`, or the quoted name of the metric. Returns the name. */
  #entry(name: string, labels: Map<string, string>): string {
    this.#take(SPACE);
    const quoted = this.#quoted();
    const key = quoted ?? this.#take(NAME);
    if (key === undefined) this.#fail('a label without a name');
    this.#take(SPACE);
    if (this.#text[this.#at] !== '=') {
      if (quoted === undefined || name !== '') this.#fail(`a label ${key} without a value`);
      return quoted ?? name;
    }
    this.#at++;
    this.#take(SPACE);
    const value = this.#quoted();
    if (value === undefined) this.#fail(`a value of ${key} that is no text in quotes`);
    if (labels.has(key)) this.#fail(`non-unique label names: ${JSON.stringify(key)}`);
    labels.set(key, value);
    return name;
  }

  #separates(): boolean {
    this.#take(SPACE);
    if (this.#text[this.#at] !== ',') this.#fail('labels without a comma between them');
    this.#at++;
    // One may stand behind the last.
    return !this.#closes();
  }

  #closes(): boolean {
    this.#take(SPACE);
    if (this.#text[this.#at] !== '}') return false;
    this.#at++;
    return true;
  }

  #quoted(): string | undefined {
    const found = this.#take(QUOTED);
    if (found === undefined) return undefined;
    const inside = found.slice(1, -1);
    if (!inside.includes('\\')) return inside;
    return inside.replace(/\\./g, (pair) => ESCAPES[pair] ?? pair);
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match[0];
  }

  #fail(reason: string): never {
    throw new PageError(this.#line, reason);
  }
}
