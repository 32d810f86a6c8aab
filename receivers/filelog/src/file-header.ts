import type { GoRegexp } from '@sonde/go-regexp';
import { Entry, OperatorChain, type TextEncoding } from '@sonde/log-operators';
import type { Logger } from '@sonde/pipeline';
import type { HeaderConfig } from './config.ts';
import { HEADER_LINES_MAX } from './limits.ts';
import type { Tail } from './tail.ts';

export interface FileHeaderOptions {
  readonly config: HeaderConfig;
  readonly encoding: TextEncoding;
  readonly receiver: string;
  readonly logger: Logger;
}

/** The first lines of a file, which say something about all that follow. */
export class FileHeader {
  readonly #pattern: GoRegexp;
  readonly #chain: OperatorChain;
  readonly #encoding: TextEncoding;

  constructor({ config, encoding, receiver, logger }: FileHeaderOptions) {
    this.#pattern = config.pattern;
    this.#chain = new OperatorChain(config.metadata_operators, { receiver, logger });
    this.#encoding = encoding;
  }

  /** Whether a line belongs to the header; its attributes are the file's then. */
  take(tail: Tail, line: Buffer): boolean {
    const text = this.#encoding.decode(line);
    if (tail.headerLines >= HEADER_LINES_MAX || !this.#pattern.test(text)) {
      tail.headerDone = true;
      tail.dirty = true;
      return false;
    }
    tail.headerLines++;
    this.#chain.process(new Entry(text, BigInt(Date.now()) * 1_000_000n));
    this.#chain.flush('all');
    const attributes = new Map(tail.headerAttributes);
    for (const entry of this.#chain.take()) {
      for (const [key, value] of entry.attributes) attributes.set(key, value);
    }
    tail.headerAttributes = attributes;
    return true;
  }
}
