import type { PathTable } from '../compile/context.ts';
import { Level } from '../compile/getter.ts';
import { attributes, cache, leaf, type WithCache } from './entries.ts';
import { expectString, expectUint32 } from './expect-type.ts';
import type { GroupRow } from './group-row.ts';

export interface WithGroup {
  readonly group: GroupRow;
}

/** What is below `resource`. */
export function resourcePaths<C extends WithGroup>(): PathTable<C> {
  return {
    attributes: attributes(({ group }) => group.resource, Level.resource),
    dropped_attributes_count: leaf(
      ({ group }) => BigInt(group.editor.resourceDroppedAttributesCount),
      ({ group }, value) => {
        group.resourceChanged();
        group.editor.resourceDroppedAttributesCount = expectUint32(value);
      },
      Level.resource,
    ),
    schema_url: leaf(
      ({ group }) => group.editor.resourceSchemaUrl,
      ({ group }, value) => {
        group.resourceChanged();
        group.editor.resourceSchemaUrl = expectString(value);
      },
      Level.resource,
    ),
  };
}

/** What is below `scope` and `instrumentation_scope`. */
export function scopePaths<C extends WithGroup>(): PathTable<C> {
  return {
    name: leaf(
      ({ group }) => group.editor.scopeName,
      ({ group }, value) => {
        group.editor.scopeName = expectString(value);
      },
    ),
    version: leaf(
      ({ group }) => group.editor.scopeVersion,
      ({ group }, value) => {
        group.editor.scopeVersion = expectString(value);
      },
    ),
    attributes: attributes(({ group }) => group.scope),
    dropped_attributes_count: leaf(
      ({ group }) => BigInt(group.editor.scopeDroppedAttributesCount),
      ({ group }, value) => {
        group.editor.scopeDroppedAttributesCount = expectUint32(value);
      },
    ),
    schema_url: leaf(
      ({ group }) => group.editor.scopeSchemaUrl,
      ({ group }, value) => {
        group.editor.scopeSchemaUrl = expectString(value);
      },
    ),
  };
}

/** Paths of a context with its cache. */
export function withCache<C extends WithCache>(paths: PathTable<C>): PathTable<C> {
  return { ...paths, cache: cache() };
}
