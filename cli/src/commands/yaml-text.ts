import { Document, Scalar, visit } from 'yaml';

/** Upstream's indentation. */
const YAML_INDENT = 4;

/**
 * What some reader takes for a number, a boolean, null, a time or a merge where it stands without
 * quotes: readers of YAML 1.1, of 1.2, and Go's, which is between them (`1_000`, `0o17`, `12:30`, `yes`).
 */
const AMBIGUOUS =
  /^(?:[-+]?\.?[0-9][0-9a-fA-F_.:eE+\-xXoO]*|[-+]?\.(?:inf|nan)|y|n|yes|no|on|off|true|false|null|~|<<|=)$/i;

/** A configuration as YAML, in which every text is a text to whoever reads it. */
export function yamlText(tree: unknown): string {
  const document = new Document(tree, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'string' && AMBIGUOUS.test(node.value)) {
        node.type = Scalar.QUOTE_DOUBLE;
      }
    },
  });
  return document.toString({ indent: YAML_INDENT, lineWidth: 0 });
}
