import type { XmlNode } from './xml-node.ts';

/** What an expression gives; nodes are in document order, each once. */
export type XPathValue = string | number | boolean | readonly XmlNode[];

export function nodeText(node: XmlNode): string {
  return node.kind === 'element' || node.kind === 'document' ? node.allText : node.text;
}

export function isNodes(value: XPathValue): value is readonly XmlNode[] {
  return typeof value === 'object';
}

export function toText(value: XPathValue): string {
  if (!isNodes(value)) return typeof value === 'number' ? numberText(value) : String(value);
  const first = value[0];
  return first === undefined ? '' : nodeText(first);
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '0' : String(value);
}

export function toNumber(value: XPathValue): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return textNumber(toText(value));
}

export function textNumber(text: string): number {
  const trimmed = text.trim();
  return /^-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)$/.test(trimmed) ? Number(trimmed) : Number.NaN;
}

export function toTruth(value: XPathValue): boolean {
  if (isNodes(value)) return value.length > 0;
  return typeof value === 'number' ? value !== 0 && !Number.isNaN(value) : Boolean(value);
}

/** XPath's comparison: a set of nodes compares when one of its nodes does. */
export function compareValues(left: XPathValue, right: XPathValue, operator: string): boolean {
  if (isNodes(left) && isNodes(right)) {
    return left.some((a) => right.some((b) => compareScalars(nodeText(a), nodeText(b), operator)));
  }
  if (isNodes(left)) return compareNodes(left, right, operator);
  if (isNodes(right)) return compareNodes(right, left, mirrored(operator));
  return compareScalars(left, right, operator);
}

type Scalar = string | number | boolean;

function compareNodes(nodes: readonly XmlNode[], other: XPathValue, operator: string): boolean {
  if (isNodes(other)) return false;
  if (typeof other === 'boolean') return compareScalars(nodes.length > 0, other, operator);
  return nodes.some((node) => compareScalars(nodeText(node), other, operator));
}

function mirrored(operator: string): string {
  if (operator.startsWith('<')) return operator.replace('<', '>');
  return operator.replace('>', '<');
}

function compareScalars(left: Scalar, right: Scalar, operator: string): boolean {
  if (operator === '=' || operator === '!=') {
    return isSame(left, right) === (operator === '=');
  }
  const a = toNumber(left);
  const b = toNumber(right);
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    default:
      return a >= b;
  }
}

function isSame(left: Scalar, right: Scalar): boolean {
  if (typeof left === 'boolean' || typeof right === 'boolean') {
    return toTruth(left) === toTruth(right);
  }
  if (typeof left === 'number' || typeof right === 'number') {
    return toNumber(left) === toNumber(right);
  }
  return left === right;
}
