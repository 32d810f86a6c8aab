import { XML_DEPTH_MAX, XmlError } from './xml-error.ts';
import { XmlNode } from './xml-node.ts';
import { unescapeXml } from './xml-text.ts';

const NAME = /[\p{L}_:][\p{L}\p{N}\p{M}_:.\-\u00b7]*/uy;
const SPACE = /[ \t\r\n]*/y;

export interface ReadXml {
  readonly document: XmlNode;
  /** Where reading stopped. */
  readonly end: number;
}

/**
 * Reads a document, as strictly as Go does. With `firstElementOnly` it stops behind the first element
 * and what stands before that is left out. Throws `XmlError`.
 */
export function readXml(text: string, firstElementOnly = false): ReadXml {
  return new XmlReader(text, firstElementOnly).read();
}

class XmlReader {
  readonly #text: string;
  readonly #firstElementOnly: boolean;
  readonly #document = new XmlNode('document');
  /** Open elements, the document first. */
  readonly #open: XmlNode[] = [this.#document];
  #at = 0;

  constructor(text: string, firstElementOnly: boolean) {
    this.#text = text;
    this.#firstElementOnly = firstElementOnly;
  }

  read(): ReadXml {
    while (this.#at < this.#text.length) {
      if (this.#text[this.#at] === '<') this.#markup();
      else this.#characters();
      if (this.#firstElementOnly && this.#open.length === 1 && this.#root !== undefined) break;
    }
    if (this.#open.length > 1) throw this.#fault('unexpected EOF');
    return { document: this.#document, end: this.#at };
  }

  get #root(): XmlNode | undefined {
    return this.#document.children.find((node) => node.kind === 'element');
  }

  #append(node: XmlNode): void {
    this.#open.at(-1)?.append(node);
  }

  #fault(reason: string): XmlError {
    const line = this.#text.slice(0, this.#at).split('\n').length;
    return new XmlError(`XML syntax error on line ${line}: ${reason}`, this.#open.length > 1);
  }

  #characters(): void {
    const next = this.#text.indexOf('<', this.#at);
    const end = next < 0 ? this.#text.length : next;
    const raw = this.#text.slice(this.#at, end);
    if (raw.includes(']]>')) throw this.#fault('unescaped ]]> not in CDATA section');
    const text = unescapeXml(raw, (reason) => this.#fault(reason));
    this.#at = end;
    // Text outside the root is nothing.
    if (this.#open.length > 1) this.#append(new XmlNode('text', { text }));
  }

  #markup(): void {
    if (this.#text.startsWith('<!--', this.#at)) this.#enclosed('comment', '<!--', '-->');
    else if (this.#text.startsWith('<![CDATA[', this.#at)) {
      this.#enclosed('cdata', '<![CDATA[', ']]>');
    } else if (this.#text.startsWith('<!', this.#at)) this.#directive();
    else if (this.#text.startsWith('<?', this.#at)) this.#instruction();
    else if (this.#text.startsWith('</', this.#at)) this.#endTag();
    else this.#startTag();
  }

  /** The text up to `end`, which is skipped too. */
  #until(start: string, end: string): string {
    const from = this.#at + start.length;
    const found = this.#text.indexOf(end, from);
    if (found < 0) {
      this.#at = this.#text.length;
      throw this.#fault('unexpected EOF');
    }
    this.#at = found + end.length;
    return this.#text.slice(from, found);
  }

  #enclosed(kind: 'comment' | 'cdata', start: string, end: string): void {
    const text = this.#until(start, end).replace(/\r\n?/g, '\n');
    if (kind === 'comment' || this.#open.length > 1) this.#append(new XmlNode(kind, { text }));
  }

  /** Brackets and quotes within a directive are skipped whole. */
  #directive(): void {
    let depth = 0;
    let quote = '';
    for (let at = this.#at + 2; at < this.#text.length; at++) {
      const character = this.#text.charAt(at);
      if (quote !== '') quote = character === quote ? '' : quote;
      else if (character === '"' || character === "'") quote = character;
      else if (character === '<') depth++;
      else if (character === '>' && depth-- === 0) {
        this.#append(new XmlNode('directive', { text: this.#text.slice(this.#at + 2, at) }));
        this.#at = at + 1;
        return;
      }
    }
    this.#at = this.#text.length;
    throw this.#fault('unexpected EOF');
  }

  #instruction(): void {
    const content = this.#until('<?', '?>');
    const target = /^\S*/.exec(content)?.[0] ?? '';
    if (target === '') throw this.#fault('expected target name after <?');
    const text = content.slice(target.length).trim();
    if (target !== 'xml') {
      this.#append(new XmlNode('instruction', { name: target, text }));
      return;
    }
    const declaration = new XmlNode('declaration', { name: target });
    for (const [, name = '', value = ''] of text.matchAll(/(\S+?)=["']?([^"'\s]*)["']?/g)) {
      declaration.append(new XmlNode('attribute', { name, text: value }));
    }
    this.#append(declaration);
  }

  #endTag(): void {
    this.#at += 2;
    const name = this.#name('expected element name after </');
    this.#space();
    if (this.#text[this.#at] !== '>') {
      if (this.#at >= this.#text.length) throw this.#fault('unexpected EOF');
      throw this.#fault(`invalid characters between </${name} and >`);
    }
    this.#at++;
    const open = this.#open.at(-1);
    if (open === undefined || this.#open.length === 1) {
      throw this.#fault(`unexpected end element </${name}>`);
    }
    if (open.qualifiedName !== name) {
      throw this.#fault(`element <${open.name}> closed by </${withoutPrefix(name)}>`);
    }
    this.#open.pop();
  }

  #startTag(): void {
    this.#at++;
    const element = new XmlNode('element', nameParts(this.#name('expected element name after <')));
    for (;;) {
      this.#space();
      const character = this.#text[this.#at];
      if (character === undefined) throw this.#fault('unexpected EOF');
      if (character === '>' || this.#text.startsWith('/>', this.#at)) break;
      if (character === '/') throw this.#fault('expected /> in element');
      element.append(this.#attribute());
    }
    this.#append(element);
    const isEmpty = this.#text[this.#at] === '/';
    this.#at += isEmpty ? 2 : 1;
    if (isEmpty) return;
    if (this.#open.length > XML_DEPTH_MAX) {
      throw new XmlError(`exceeded maximum XML nesting depth of ${XML_DEPTH_MAX}`);
    }
    this.#open.push(element);
  }

  #attribute(): XmlNode {
    const name = this.#name('expected attribute name in element');
    this.#space();
    if (this.#text[this.#at] !== '=') throw this.#fault('attribute name without = in element');
    this.#at++;
    this.#space();
    const quote = this.#text[this.#at];
    if (quote !== '"' && quote !== "'") {
      throw this.#fault('unquoted or missing attribute value in element');
    }
    const raw = this.#until(quote, quote);
    if (raw.includes('<')) throw this.#fault('unescaped < inside quoted string');
    const text = unescapeXml(raw, (reason) => this.#fault(reason));
    return new XmlNode('attribute', { ...nameParts(name), text });
  }

  #space(): void {
    SPACE.lastIndex = this.#at;
    this.#at += SPACE.exec(this.#text)?.[0].length ?? 0;
  }

  #name(missing: string): string {
    NAME.lastIndex = this.#at;
    const name = NAME.exec(this.#text)?.[0];
    if (name === undefined) {
      const stray = /^[0-9.-][^\s<>/=]*/.exec(this.#text.slice(this.#at, this.#at + 64))?.[0];
      throw this.#fault(stray === undefined ? missing : `invalid XML name: ${stray}`);
    }
    this.#at += name.length;
    return name;
  }
}

function nameParts(name: string): { name: string; prefix: string } {
  const colon = name.indexOf(':');
  const isPrefixed = colon > 0 && colon < name.length - 1;
  return isPrefixed
    ? { prefix: name.slice(0, colon), name: name.slice(colon + 1) }
    : { prefix: '', name };
}

function withoutPrefix(name: string): string {
  return nameParts(name).name;
}
