import { GoRegexp } from '@sonde/go-regexp';
import type { XmlNode } from './xml-node.ts';
import {
  isNodes,
  nodeText,
  textNumber,
  toNumber,
  toText,
  toTruth,
  type XPathValue,
} from './xpath-value.ts';

/** Where an expression stands. */
export interface XPathFocus {
  readonly node: XmlNode;
  /** From 1. */
  readonly position: number;
  readonly size: number;
}

interface XPathFunction {
  readonly least: number;
  readonly most: number;
  readonly call: (args: readonly XPathValue[], focus: XPathFocus) => XPathValue;
}

type Call = XPathFunction['call'];

function take(least: number, most: number, call: Call): XPathFunction {
  return { least, most, call };
}

/** Of one text; without an argument of the node at hand. */
function ofText(compute: (text: string) => XPathValue): XPathFunction {
  return take(0, 1, ([value], { node }) =>
    compute(value === undefined ? nodeText(node) : toText(value)),
  );
}

function ofTwoTexts(compute: (a: string, b: string) => XPathValue): XPathFunction {
  return take(2, 2, ([a = '', b = '']) => compute(toText(a), toText(b)));
}

function ofNumber(compute: (value: number) => number): XPathFunction {
  return take(1, 1, ([value = 0]) => compute(toNumber(value)));
}

function ofNode(compute: (node: XmlNode) => string): XPathFunction {
  return take(0, 1, ([value], { node }) => {
    const subject = value === undefined ? node : isNodes(value) ? value[0] : undefined;
    return subject === undefined ? '' : compute(subject);
  });
}

/** Characters count from 1; positions are rounded. */
function substring(text: string, start: number, length: number): string {
  const from = Math.round(start);
  const to = from + Math.round(length);
  return [...text].filter((_, index) => index + 1 >= from && index + 1 < to).join('');
}

function translate(text: string, from: string, to: string): string {
  const targets = [...to];
  const sources = [...from];
  return [...text]
    .map((character) => {
      const index = sources.indexOf(character);
      return index < 0 ? character : (targets[index] ?? '');
    })
    .join('');
}

function nodesOf(value: XPathValue | undefined): readonly XmlNode[] {
  return value !== undefined && isNodes(value) ? value : [];
}

export const XPATH_FUNCTIONS: ReadonlyMap<string, XPathFunction> = new Map([
  ['position', take(0, 0, (_, focus) => focus.position)],
  ['last', take(0, 0, (_, focus) => focus.size)],
  ['count', take(1, 1, ([value]) => nodesOf(value).length)],
  [
    'sum',
    take(1, 1, ([value]) =>
      nodesOf(value).reduce((sum, node) => sum + textNumber(nodeText(node)), 0),
    ),
  ],
  ['name', ofNode((node) => node.qualifiedName)],
  ['local-name', ofNode((node) => node.name)],
  ['string', ofText((text) => text)],
  ['number', ofText((text) => textNumber(text))],
  ['boolean', take(1, 1, ([value = '']) => toTruth(value))],
  ['not', take(1, 1, ([value = '']) => !toTruth(value))],
  ['true', take(0, 0, () => true)],
  ['false', take(0, 0, () => false)],
  ['concat', take(2, 100, (args) => args.map(toText).join(''))],
  [
    'string-join',
    take(2, 2, ([value, separator = '']) => nodesOf(value).map(nodeText).join(toText(separator))),
  ],
  ['starts-with', ofTwoTexts((text, prefix) => text.startsWith(prefix))],
  ['ends-with', ofTwoTexts((text, suffix) => text.endsWith(suffix))],
  ['contains', ofTwoTexts((text, part) => text.includes(part))],
  ['matches', ofTwoTexts((text, pattern) => new GoRegexp(pattern).test(text))],
  ['substring-before', ofTwoTexts((text, part) => text.slice(0, Math.max(text.indexOf(part), 0)))],
  [
    'substring-after',
    ofTwoTexts((text, part) =>
      text.includes(part) ? text.slice(text.indexOf(part) + part.length) : '',
    ),
  ],
  [
    'substring',
    take(2, 3, ([text = '', start = 1, length]) =>
      substring(
        toText(text),
        toNumber(start),
        length === undefined ? Number.POSITIVE_INFINITY : toNumber(length),
      ),
    ),
  ],
  ['string-length', ofText((text) => [...text].length)],
  ['normalize-space', ofText((text) => text.trim().replace(/[ \t\r\n]+/g, ' '))],
  ['lower-case', ofText((text) => text.toLowerCase())],
  [
    'translate',
    take(3, 3, ([text = '', from = '', to = '']) =>
      translate(toText(text), toText(from), toText(to)),
    ),
  ],
  [
    'replace',
    take(3, 3, ([text = '', from = '', to = '']) =>
      toText(text).split(toText(from)).join(toText(to)),
    ),
  ],
  ['floor', ofNumber(Math.floor)],
  ['ceiling', ofNumber(Math.ceil)],
  ['round', ofNumber(Math.round)],
]);
