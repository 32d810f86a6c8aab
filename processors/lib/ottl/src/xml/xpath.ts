import type { XmlNode } from './xml-node.ts';
import { axisNodes, isTested } from './xpath-axes.ts';
import { XPATH_FUNCTIONS, type XPathFocus } from './xpath-functions.ts';
import { parseXPath } from './xpath-parse.ts';
import type { XPathExpression, XPathStep } from './xpath-syntax.ts';
import { XPathError } from './xpath-syntax.ts';
import { compareValues, isNodes, toNumber, toTruth, type XPathValue } from './xpath-value.ts';

/** Nodes that one selection looks at: `//a//b//c` grows with every step. */
const VISITED_MAX = 1_000_000;

/** An XPath 1.0 expression that selects nodes, parsed once. */
export class XPath {
  readonly #expression: XPathExpression;

  /** Throws `XPathError`. */
  constructor(text: string) {
    this.#expression = parseXPath(text);
  }

  /** The selected nodes in document order. Throws `XPathError` for one that looks at too much. */
  select(document: XmlNode): readonly XmlNode[] {
    const value = new Selection(document).value(this.#expression, {
      node: document,
      position: 1,
      size: 1,
    });
    return isNodes(value) ? value : [];
  }
}

class Selection {
  readonly #document: XmlNode;
  readonly #order = new Map<XmlNode, number>();
  #visited = 0;

  constructor(document: XmlNode) {
    this.#document = document;
    this.#number(document);
  }

  #number(node: XmlNode): void {
    this.#order.set(node, this.#order.size);
    for (const attribute of node.attributes) this.#order.set(attribute, this.#order.size);
    for (const child of node.children) this.#number(child);
  }

  value(expression: XPathExpression, focus: XPathFocus): XPathValue {
    switch (expression.kind) {
      case 'number':
      case 'string':
        return expression.value;
      case 'negate':
        return -toNumber(this.value(expression.operand, focus));
      case 'call': {
        const args = expression.args.map((arg) => this.value(arg, focus));
        return XPATH_FUNCTIONS.get(expression.name)?.call(args, focus) ?? '';
      }
      case 'path':
        return this.#path(expression, focus);
      case 'filter': {
        const nodes = this.value(expression.base, focus);
        return isNodes(nodes) ? this.#filtered(nodes, expression.predicates) : nodes;
      }
      case 'binary':
        return this.#binary(expression, focus);
    }
  }

  #binary(
    { operator, left, right }: Extract<XPathExpression, { kind: 'binary' }>,
    focus: XPathFocus,
  ): XPathValue {
    const first = this.value(left, focus);
    if (operator === 'or') return toTruth(first) || toTruth(this.value(right, focus));
    if (operator === 'and') return toTruth(first) && toTruth(this.value(right, focus));
    const second = this.value(right, focus);
    switch (operator) {
      case '|':
        return isNodes(first) && isNodes(second) ? this.#sorted([...first, ...second]) : [];
      case '+':
        return toNumber(first) + toNumber(second);
      case '-':
        return toNumber(first) - toNumber(second);
      case '*':
        return toNumber(first) * toNumber(second);
      case 'div':
        return toNumber(first) / toNumber(second);
      case 'mod':
        return toNumber(first) % toNumber(second);
      default:
        return compareValues(first, second, operator);
    }
  }

  #path(
    { from, steps }: Extract<XPathExpression, { kind: 'path' }>,
    focus: XPathFocus,
  ): readonly XmlNode[] {
    let nodes: XPathValue;
    if (from === 'root') nodes = [this.#document];
    else nodes = from === 'here' ? [focus.node] : this.value(from, focus);
    if (!isNodes(nodes)) return [];
    let current: readonly XmlNode[] = nodes;
    for (const step of steps) current = this.#step(current, step);
    return current;
  }

  #step(nodes: readonly XmlNode[], { axis, test, predicates }: XPathStep): readonly XmlNode[] {
    const found: XmlNode[] = [];
    for (const node of nodes) {
      const candidates = axisNodes(node, axis);
      this.#visited += candidates.length;
      if (this.#visited > VISITED_MAX) {
        throw new XPathError(`the xpath looks at more than ${VISITED_MAX} nodes`);
      }
      const tested = candidates.filter((candidate) => isTested(candidate, test, axis));
      found.push(...this.#filtered(tested, predicates));
    }
    return this.#sorted(found);
  }

  #filtered(nodes: readonly XmlNode[], predicates: readonly XPathExpression[]): readonly XmlNode[] {
    let current = nodes;
    for (const predicate of predicates) {
      const size = current.length;
      current = current.filter((node, index) => {
        const value = this.value(predicate, { node, position: index + 1, size });
        return typeof value === 'number' ? value === index + 1 : toTruth(value);
      });
    }
    return current;
  }

  #sorted(nodes: readonly XmlNode[]): readonly XmlNode[] {
    if (nodes.length < 2) return nodes;
    const place = (node: XmlNode): number => this.#order.get(node) ?? 0;
    return [...new Set(nodes)].sort((a, b) => place(a) - place(b));
  }
}
