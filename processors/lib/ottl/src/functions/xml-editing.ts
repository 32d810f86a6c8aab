import { quoteGo } from '@sonde/go-text';
import type { Arguments } from '../compile/arguments.ts';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import { CompileError, EvaluationError } from '../errors.ts';
import { readXml } from '../xml/read-xml.ts';
import { writeXml } from '../xml/write-xml.ts';
import { XmlError } from '../xml/xml-error.ts';
import { XmlNode } from '../xml/xml-node.ts';
import { XPath } from '../xml/xpath.ts';
import { XPathError } from '../xml/xpath-syntax.ts';
import { converter } from './define.ts';

function xpathOf<C>(args: Arguments<C>, fallback?: string): XPath {
  const given = fallback === undefined || args.has('xpath') ? args.literalString('xpath') : '';
  try {
    return new XPath(given === '' && fallback !== undefined ? fallback : given);
  } catch (error) {
    if (!(error instanceof XPathError)) throw error;
    throw new CompileError(`invalid xpath: ${error.message}`, undefined, { cause: error });
  }
}

function selected(xpath: XPath, document: XmlNode): readonly XmlNode[] {
  try {
    return xpath.select(document);
  } catch (error) {
    if (!(error instanceof XPathError)) throw error;
    throw new EvaluationError(error.message, { cause: error });
  }
}

/** A document with an element in it. Its declaration is kept where it is the first of the text. */
export function documentOf(text: string): XmlNode {
  try {
    const { document } = readXml(text);
    if (!document.children.some((node) => node.kind === 'element')) {
      throw new XmlError('xmlquery: invalid XML document');
    }
    if (!text.startsWith('<?xml')) {
      document.children = document.children.filter((node) => node.kind !== 'declaration');
    }
    return document;
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    throw new EvaluationError(`parse xml: ${error.message}`, { cause: error });
  }
}

const get = converter('GetXML', ['target', 'xpath'], (args) => {
  const target = args.string('target');
  const xpath = xpathOf(args);
  return (cursor) => {
    const text = target(cursor);
    if (text === '') return '';
    const result = new XmlNode('document');
    for (const node of selected(xpath, documentOf(text))) {
      if (node.kind === 'element' || node.kind === 'text') result.append(node.copy());
      else if (node.kind === 'attribute' || node.kind === 'cdata') {
        result.append(new XmlNode('text', { text: node.text }));
      }
    }
    return writeXml(result);
  };
});

const remove = converter('RemoveXML', ['target', 'xpath'], (args) => {
  const target = args.string('target');
  const xpath = xpathOf(args);
  return (cursor) => {
    const text = target(cursor);
    if (text === '') return '';
    const document = documentOf(text);
    for (const node of selected(xpath, document)) node.remove();
    return writeXml(document);
  };
});

const insert = converter('InsertXML', ['target', 'xpath', 'sub_document'], (args) => {
  const target = args.string('target');
  const xpath = xpathOf(args);
  const inserted = args.string('sub_document');
  return (cursor) => {
    const text = target(cursor);
    const document = text === '' ? new XmlNode('document') : documentOf(text);
    const children = documentOf(inserted(cursor)).children;
    for (const node of selected(xpath, document)) {
      if (node.kind !== 'element' && node.kind !== 'document') {
        const name = node.name === '' ? node.text : node.name;
        throw new EvaluationError(`InsertXML XPath selected non-element: ${quoteGo(name)}`);
      }
      for (const child of children) node.append(child.copy());
    }
    return writeXml(document);
  };
});

const attributesToElements = converter(
  'ConvertAttributesToElementsXML',
  ['target', 'xpath?'],
  (args) => {
    const target = args.string('target');
    const xpath = xpathOf(args, '//@*');
    return (cursor) => {
      const document = documentOf(target(cursor));
      for (const node of selected(xpath, document)) {
        const { parent } = node;
        if (node.kind !== 'attribute' || parent === undefined) continue;
        const element = new XmlNode('element', { name: node.name });
        element.append(new XmlNode('text', { text: node.text }));
        node.remove();
        parent.append(element);
      }
      return writeXml(document);
    };
  },
);

/** Text beside other text or elements becomes an element of its own. */
function wrapText(parent: XmlNode, elementName: string): void {
  for (const child of parent.children) if (child.kind === 'element') wrapText(child, elementName);
  const texts = parent.children.filter((child) => child.kind === 'text');
  const elements = parent.children.filter((child) => child.kind === 'element');
  if (texts.length === 0 || texts.length + elements.length <= 1) return;
  for (const text of texts) {
    text.append(new XmlNode('text', { text: text.text }));
    text.kind = 'element';
    text.name = elementName;
  }
}

const textToElements = converter(
  'ConvertTextToElementsXML',
  ['target', 'xpath?', 'element_name?'],
  (args) => {
    const target = args.string('target');
    const xpath = xpathOf(args, '/');
    const given = args.has('element_name') ? args.literalString('element_name') : '';
    const name = given === '' ? 'value' : given;
    return (cursor) => {
      const document = documentOf(target(cursor));
      for (const node of selected(xpath, document)) {
        if (node.kind === 'element' || node.kind === 'document') wrapText(node, name);
      }
      return writeXml(document);
    };
  },
);

export const XML_EDITING: readonly FunctionDefinition[] = [
  get,
  remove,
  insert,
  attributesToElements,
  textToElements,
];
