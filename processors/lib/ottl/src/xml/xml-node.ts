export type XmlKind =
  | 'document'
  | 'declaration'
  | 'element'
  | 'attribute'
  | 'text'
  | 'cdata'
  | 'comment'
  | 'instruction'
  | 'directive';

/** A node of a document. A tree belongs to whoever read it, and may be changed. */
export class XmlNode {
  kind: XmlKind;
  /** Of elements, attributes and instructions: without the prefix. */
  name: string;
  readonly prefix: string;
  /** Content of text and its like, the value of an attribute. */
  text: string;
  parent: XmlNode | undefined;
  children: XmlNode[] = [];
  attributes: XmlNode[] = [];

  constructor(kind: XmlKind, parts: { name?: string; prefix?: string; text?: string } = {}) {
    this.kind = kind;
    this.name = parts.name ?? '';
    this.prefix = parts.prefix ?? '';
    this.text = parts.text ?? '';
  }

  append(child: XmlNode): void {
    child.parent = this;
    if (child.kind === 'attribute') this.attributes.push(child);
    else this.children.push(child);
  }

  /** Takes the node out of its parent. */
  remove(): void {
    const { parent } = this;
    if (parent === undefined) return;
    parent.children = parent.children.filter((node) => node !== this);
    parent.attributes = parent.attributes.filter((node) => node !== this);
    this.parent = undefined;
  }

  /** A copy that shares nothing; without a parent. */
  copy(): XmlNode {
    const copy = new XmlNode(this.kind, this);
    for (const node of this.attributes) copy.append(node.copy());
    for (const node of this.children) copy.append(node.copy());
    return copy;
  }

  /** Prefix and name. */
  get qualifiedName(): string {
    return this.prefix === '' ? this.name : `${this.prefix}:${this.name}`;
  }

  /** All text within, comments apart: the string value of XPath. */
  get allText(): string {
    if (this.children.length === 0) return this.isContent ? this.text : '';
    return this.children.map((node) => (node.kind === 'comment' ? '' : node.allText)).join('');
  }

  get isContent(): boolean {
    return this.kind !== 'instruction' && this.kind !== 'directive' && this.kind !== 'declaration';
  }
}
