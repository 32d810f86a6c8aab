import { trimSpace } from '@sonde/go-text';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import { EvaluationError } from '../errors.ts';
import type { Value, ValueMap } from '../value/value.ts';
import { readXml } from '../xml/read-xml.ts';
import { XmlError } from '../xml/xml-error.ts';
import type { XmlNode } from '../xml/xml-node.ts';
import { ofString } from './define.ts';
import { documentOf } from './xml-editing.ts';

/** An element as `tag`, `content`, `attributes` and `children`. */
function elementMap(element: XmlNode): ValueMap {
  const map: ValueMap = new Map<string, Value>([['tag', element.name]]);
  let content = '';
  const children: Value[] = [];
  for (const node of element.children) {
    if (node.kind === 'element') children.push(elementMap(node));
    else if (node.kind === 'text' || node.kind === 'cdata') content += trimSpace(node.text);
  }
  if (content !== '') map.set('content', content);
  if (element.attributes.length > 0) {
    map.set('attributes', new Map(element.attributes.map(({ name, text }) => [name, text])));
  }
  if (children.length > 0) map.set('children', children);
  return map;
}

function parseXml(text: string): Value {
  try {
    const { document, end } = readXml(text, true);
    const root = document.children.find((node) => node.kind === 'element');
    if (root === undefined) throw new XmlError('EOF');
    if (end !== text.length) throw new EvaluationError('trailing bytes after parsing xml');
    return elementMap(root);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    const where = error.isWithin ? 'decode next token: ' : '';
    throw new EvaluationError(`unmarshal xml: ${where}${error.message}`, { cause: error });
  }
}

/** The text of an element that has no elements within. */
function leafText(element: XmlNode): string {
  if (element.children.some((node) => node.kind === 'element')) return '';
  const first = element.children.find((node) => node.kind === 'text' || node.kind === 'cdata');
  return first?.text ?? '';
}

/** Elements by their names; those of one name as a list; what is empty is left out. */
function simplified(parent: XmlNode): ValueMap {
  const elements = parent.children.filter((node) => node.kind === 'element');
  const counts = new Map<string, number>();
  for (const { name } of elements) counts.set(name, (counts.get(name) ?? 0) + 1);
  const map: ValueMap = new Map();
  for (const element of elements) {
    if (element.children.length === 0) continue;
    const isOneOfMany = (counts.get(element.name) ?? 0) > 1;
    const known = map.get(element.name);
    const list = Array.isArray(known) ? known : [];
    if (isOneOfMany) map.set(element.name, list);
    const text = leafText(element);
    const value = text === '' ? simplified(element) : text;
    if (value instanceof Map && value.size === 0) continue;
    if (isOneOfMany) list.push(value);
    else map.set(element.name, value);
  }
  return map;
}

export const XML_PARSING: readonly FunctionDefinition[] = [
  ofString('ParseXML', parseXml),
  ofString('ParseSimplifiedXML', (text) => simplified(documentOf(text))),
];
