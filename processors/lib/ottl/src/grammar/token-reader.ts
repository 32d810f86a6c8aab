import { CompileError } from '../errors.ts';
import { NESTING_MAX } from './limits.ts';
import { positionText } from './position-text.ts';
import type { ConditionNode } from './syntax-tree.ts';
import type { Token, TokenKind } from './token.ts';
import { tokenize } from './tokenize.ts';

const END: Token = { kind: 'end', text: '', at: 0 };

/** Reads the tokens of a text, with a way back; the error is that of the way that got furthest. */
export class TokenReader {
  readonly text: string;
  readonly #tokens: readonly Token[];
  readonly #parseCondition: (reader: TokenReader) => ConditionNode;
  #index = 0;
  #depth = 0;
  #furthest: { readonly index: number; readonly error: CompileError } | undefined;

  /** `parseCondition` reads what stands in lambdas, too, which are read where it is not known. */
  constructor(text: string, parseCondition: (reader: TokenReader) => ConditionNode) {
    this.text = text;
    this.#parseCondition = parseCondition;
    this.#tokens = tokenize(text);
  }

  get next(): Token {
    return this.peek(0);
  }

  peek(ahead: number): Token {
    return this.#tokens[this.#index + ahead] ?? this.#tokens.at(-1) ?? END;
  }

  take(): Token {
    const token = this.next;
    this.#index++;
    return token;
  }

  isMark(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'mark' && token.text === text;
  }

  isWord(text: string): boolean {
    return this.next.kind === 'lower' && this.next.text === text;
  }

  /** Takes the mark if it is next. */
  skipMark(text: string): boolean {
    if (!this.isMark(text)) return false;
    this.#index++;
    return true;
  }

  skipWord(text: string): boolean {
    if (!this.isWord(text)) return false;
    this.#index++;
    return true;
  }

  expectMark(text: string): Token {
    if (!this.isMark(text)) throw this.unexpected(`"${text}"`);
    return this.take();
  }

  expect(kind: TokenKind, expected: string): Token {
    if (this.next.kind !== kind) throw this.unexpected(expected);
    return this.take();
  }

  condition(): ConditionNode {
    return this.#parseCondition(this);
  }

  /** The error for what is next. */
  unexpected(expected: string): CompileError {
    const { text, at, kind } = this.next;
    const found = kind === 'end' ? '<EOF>' : text.replaceAll('"', '\\"');
    const where = positionText(this.text, at);
    const error = new CompileError(
      `${where}: unexpected token "${found}" (expected ${expected})`,
      at,
    );
    if (this.#furthest === undefined || this.#index > this.#furthest.index) {
      this.#furthest = { index: this.#index, error };
    }
    return error;
  }

  /** Reads in one way; undefined, and back where it was, when the text does not go that way. */
  attempt<T>(read: () => T): T | undefined {
    const index = this.#index;
    const depth = this.#depth;
    try {
      return read();
    } catch (error) {
      if (!(error instanceof CompileError) || error instanceof FinalError) throw error;
      this.#index = index;
      this.#depth = depth;
      return undefined;
    }
  }

  /** Reads all of the text. Throws the `CompileError` of the way that got furthest. */
  readAll<T>(read: () => T): T {
    try {
      const result = read();
      if (this.next.kind !== 'end') throw this.unexpected('<EOF>');
      return result;
    } catch (error) {
      if (!(error instanceof CompileError) || error instanceof FinalError) throw error;
      throw this.#furthest?.error ?? error;
    }
  }

  /** Reads a part that may hold such parts. Throws `CompileError` beyond `NESTING_MAX`. */
  nested<T>(read: () => T): T {
    if (this.#depth >= NESTING_MAX) {
      throw new FinalError(`nested deeper than ${NESTING_MAX}`, this.next.at);
    }
    this.#depth++;
    const result = read();
    this.#depth--;
    return result;
  }
}

/** An error that no other way of reading makes good. */
export class FinalError extends CompileError {}
