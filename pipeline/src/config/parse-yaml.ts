import {
  Composer,
  type CST,
  type Document,
  Lexer,
  LineCounter,
  type ParsedNode,
  Parser,
} from 'yaml';
import type { ConfigValue } from './config-value.ts';
import { GO_YAML_TAGS } from './go-yaml-tags.ts';
import type { Position } from './position.ts';
import { PositionIndex } from './position.ts';
import { readYamlTree, YamlProblem } from './yaml-tree.ts';

/** How deep maps and lists may nest. */
export const DEPTH_MAX = 200;

/**
 * Words and marks of one source. What the Collector has no limit for costs it minutes here: a file
 * with more is a mistake, and is refused in the time that reading so many takes.
 */
export const TOKENS_MAX = 500_000;

/** What `YamlProblem` is to who asked for the text. */
export interface YamlFailure {
  /** In the Collector's words where it has any. */
  readonly reason: string;
  readonly position?: Position;
  /** What to do. */
  readonly hint?: string;
}

export type YamlResult =
  | { readonly ok: true; readonly value: ConfigValue; readonly positions: PositionIndex }
  | ({ readonly ok: false } & YamlFailure);

/** Tabs and line ends are none; YAML forbids the rest. */
const CONTROL_CHARACTER = /[^\P{Cc}\t\n\r\u0085]/u;

/** Reads the first document of `text`; `source` names it in positions. Never throws. */
export function parseYaml(text: string, source: string): YamlResult {
  const lines = new LineCounter();
  try {
    checkCharacters(text);
    const contents = compose(text, lines);
    const value = readYamlTree(contents, { lines, depthMax: DEPTH_MAX });
    return { ok: true, value, positions: PositionIndex.ofDocument({ contents, source, lines }) };
  } catch (thrown) {
    if (!(thrown instanceof YamlProblem)) {
      return { ok: false, reason: `yaml: ${thrown instanceof Error ? thrown.message : thrown}` };
    }
    const { line, column, hint, message } = thrown.at(lines, text);
    return {
      ok: false,
      reason: message,
      position: { source, line, column },
      ...(hint === undefined ? {} : { hint }),
    };
  }
}

function checkCharacters(text: string): void {
  const offset = text.search(CONTROL_CHARACTER);
  if (offset < 0) return;
  const code = (text.codePointAt(offset) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  throw new YamlProblem('yaml: control characters are not allowed', {
    offset,
    hint: `here is U+${code}; a configuration is text, is this another kind of file?`,
  });
}

function compose(text: string, lines: LineCounter): ParsedNode | null {
  const composer = new Composer<ParsedNode>({
    schema: 'failsafe',
    customTags: GO_YAML_TAGS,
    lineCounter: lines,
    // Checked with the Collector's words, and in less than a comparison of each with each.
    uniqueKeys: false,
    prettyErrors: false,
  });
  const document = firstOf(composer, boundedTokens(text, lines), text.length);
  // The Collector reads the first document and is silent about the rest.
  const error = document?.errors[0];
  if (error !== undefined) {
    const [offset] = error.pos;
    throw new YamlProblem(`yaml: line ${lines.linePos(offset).line}: ${error.message}`, { offset });
  }
  return document?.contents ?? null;
}

/** Stops at what is too much before it is held: a million brackets, a million words. */
function* boundedTokens(text: string, lines: LineCounter): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  let count = 0;
  for (const lexeme of indulgentLexer().lex(text)) {
    const { offset, stack } = parser;
    if (!isBlank(lexeme)) count += 1;
    if (count > TOKENS_MAX) throw YamlProblem.tooLong(offset, TOKENS_MAX);
    yield* parser.next(lexeme);
    const inner = stack.at(-1);
    // The lowest is the document.
    if (stack.length > DEPTH_MAX + 1 && inner !== undefined && isCollection(inner)) {
      throw YamlProblem.tooDeep(inner.offset, DEPTH_MAX);
    }
  }
  yield* parser.end();
}

/**
 * Within braces and brackets indentation means nothing to Go's parser; the lexer would end them at a
 * line that stands further to the left than YAML 1.2 allows. It compares with `indentNext` there.
 */
function indulgentLexer(): Lexer {
  const lexer = new Lexer();
  let indentNext = 0;
  Object.defineProperty(lexer, 'indentNext', {
    get: () => (Reflect.get(lexer, 'flowLevel') === 0 ? indentNext : Number.NEGATIVE_INFINITY),
    set: (indent: number) => {
      indentNext = indent;
    },
  });
  return lexer;
}

/** Spaces, line ends and comments are free. */
function isBlank(lexeme: string): boolean {
  const first = lexeme[0];
  return first === ' ' || first === '\n' || first === '#' || first === '\t';
}

function firstOf(
  composer: Composer<ParsedNode>,
  tokens: Iterable<CST.Token>,
  length: number,
): Document.Parsed<ParsedNode> | undefined {
  for (const token of tokens) {
    checkDepth(token);
    for (const document of composer.next(token)) return document;
    // The first error is the one that is told.
    if (token.type === 'error') break;
  }
  for (const document of composer.end(true, length)) return document;
  return undefined;
}

/** The composer recurses: what is too deep for it is found before. */
function checkDepth(token: CST.Token): void {
  if (token.type !== 'document') return;
  const waiting: (readonly [CST.Token | null | undefined, number])[] = [[token.value, 1]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [node, depth] = next;
    if (node === null || node === undefined || !('items' in node)) continue;
    if (depth > DEPTH_MAX) throw YamlProblem.tooDeep(node.offset, DEPTH_MAX);
    for (const { key, value } of node.items) {
      if (isCollection(key)) waiting.push([key, depth + 1]);
      if (isCollection(value)) waiting.push([value, depth + 1]);
    }
  }
}

function isCollection(token: CST.Token | null | undefined): boolean {
  return token !== null && token !== undefined && 'items' in token;
}
