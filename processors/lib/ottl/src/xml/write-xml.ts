import type { XmlNode } from './xml-node.ts';
import { escapeXml } from './xml-text.ts';

/** Everything within a node; elements without content are written with two tags. */
export function writeXml(node: XmlNode): string {
  return node.children.map(writeNode).join('');
}

function writeNode(node: XmlNode): string {
  switch (node.kind) {
    case 'text':
      return escapeXml(node.text);
    case 'cdata':
      return `<![CDATA[${node.text}]]>`;
    case 'comment':
      return `<!--${node.text}-->`;
    case 'directive':
      return `<!${node.text}>`;
    case 'instruction':
      return node.text === '' ? `<?${node.name}?>` : `<?${node.name} ${node.text}?>`;
    case 'declaration':
      return `<?${node.name}${attributesOf(node)}?>`;
    default: {
      const name = node.qualifiedName;
      return `<${name}${attributesOf(node)}>${writeXml(node)}</${name}>`;
    }
  }
}

function attributesOf(node: XmlNode): string {
  return node.attributes
    .map((attribute) => ` ${attribute.qualifiedName}="${escapeXml(attribute.text)}"`)
    .join('');
}
