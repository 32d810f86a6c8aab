import type { XmlNode } from './xml-node.ts';
import type { NodeTest, XPathAxis } from './xpath-syntax.ts';

/** The nodes of an axis, nearest first. */
export function axisNodes(node: XmlNode, axis: XPathAxis): readonly XmlNode[] {
  switch (axis) {
    case 'child':
      return node.children;
    case 'attribute':
      return node.kind === 'element' ? node.attributes.filter(isNoNamespace) : [];
    case 'self':
      return [node];
    case 'parent':
      return node.parent === undefined ? [] : [node.parent];
    case 'ancestor':
      return ancestors(node);
    case 'ancestor-or-self':
      return [node, ...ancestors(node)];
    case 'descendant':
      return descendants(node);
    case 'descendant-or-self':
      return [node, ...descendants(node)];
    case 'following-sibling':
      return siblings(node, 1);
    case 'preceding-sibling':
      return siblings(node, -1);
    case 'following':
      return around(node, 1);
    case 'preceding':
      return around(node, -1);
  }
}

/** Declarations of namespaces are no attributes of XPath. */
function isNoNamespace(attribute: XmlNode): boolean {
  return attribute.prefix !== 'xmlns' && attribute.qualifiedName !== 'xmlns';
}

function ancestors(node: XmlNode): XmlNode[] {
  const found: XmlNode[] = [];
  for (let parent = node.parent; parent !== undefined; parent = parent.parent) found.push(parent);
  return found;
}

function descendants(node: XmlNode): XmlNode[] {
  const found: XmlNode[] = [];
  const pending = [...node.children].reverse();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    found.push(next);
    for (let index = next.children.length - 1; index >= 0; index--) {
      const child = next.children[index];
      if (child !== undefined) pending.push(child);
    }
  }
  return found;
}

function siblings(node: XmlNode, direction: 1 | -1): XmlNode[] {
  if (node.parent === undefined || node.kind === 'attribute') return [];
  const all = node.parent.children;
  const place = all.indexOf(node);
  return direction === 1 ? all.slice(place + 1) : all.slice(0, place).reverse();
}

/** Everything behind or before a node, its ancestors and what is within it apart. */
function around(node: XmlNode, direction: 1 | -1): XmlNode[] {
  return [node, ...ancestors(node)].flatMap((one) =>
    siblings(one, direction).flatMap((sibling) => {
      const within = [sibling, ...descendants(sibling)];
      return direction === 1 ? within : within.reverse();
    }),
  );
}

export function isTested(node: XmlNode, test: NodeTest, axis: XPathAxis): boolean {
  if ('type' in test) {
    switch (test.type) {
      case 'text':
        return node.kind === 'text' || node.kind === 'cdata';
      case 'comment':
        return node.kind === 'comment';
      case 'processing-instruction':
        return node.kind === 'instruction';
      default:
        return node.kind !== 'declaration';
    }
  }
  if (node.kind !== (axis === 'attribute' ? 'attribute' : 'element')) return false;
  const isName = test.name === '*' || test.name === node.name;
  return isName && (test.prefix === '*' || test.prefix === node.prefix);
}
