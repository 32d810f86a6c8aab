import type { Dictionary } from '../columns/dictionary.ts';
import type { ResourceTable } from '../columns/resource-table.ts';
import type { ScopeTable } from '../columns/scope-table.ts';
import type { Segments } from '../columns/segments.ts';
import { dictionaryText } from '../read/native-text.ts';
import { AttributeEditor } from './attribute-editor.ts';
import type { GroupChanges } from './copy-columns.ts';
import { TextIds } from './edit-dictionary.ts';
import { rebuildResources, rebuildScopes } from './rebuild-tables.ts';
import { rewriteAttributes } from './rewrite-attributes.ts';

/** What every batch has: rows with a resource and a scope. */
export interface GroupedColumns {
  readonly count: number;
  readonly segments: Segments;
  readonly resources: ResourceTable;
  readonly scopes: ScopeTable;
  readonly resource: Uint32Array;
  readonly scope: Uint32Array;
  readonly schemaUrls: Dictionary;
  readonly resourceSchemaUrl: Uint32Array;
  readonly scopeSchemaUrl: Uint32Array;
}

/**
 * Edits the distinct resources of a batch: `edit` is called with the attributes of each open. What
 * it does depends on nothing but them. Undefined when nothing was written to.
 */
export function rewriteResources(
  columns: GroupedColumns,
  edit: (attributes: AttributeEditor, row: number) => void,
): GroupChanges | undefined {
  const { resources } = columns;
  const touched = new Uint8Array(resources.count);
  const attributes = rewriteAttributes(resources, (editor, row) => {
    edit(editor, row);
    if (editor.touched) touched[row] = 1;
  });
  if (attributes === undefined) return undefined;
  const source = Uint32Array.from(touched, (_, row) => row);
  const { table, rowOf } = rebuildResources(resources, { source, touched, attributes });
  const resource = columns.resource.slice(0, columns.count);
  return { resources: table, resource: resource.map((row) => rowOf[row]) };
}

/** As `rewriteResources`, for scopes. */
export function rewriteScopes(
  columns: GroupedColumns,
  edit: (attributes: AttributeEditor, row: number) => void,
): GroupChanges | undefined {
  const { scopes } = columns;
  const touched = new Uint8Array(scopes.count);
  const attributes = rewriteAttributes(scopes, (editor, row) => {
    edit(editor, row);
    if (editor.touched) touched[row] = 1;
  });
  if (attributes === undefined) return undefined;
  const source = Uint32Array.from(touched, (_, row) => row);
  const unchanged = { names: new Map<number, string>(), versions: new Map<number, string>() };
  const edited = { source, touched, attributes, ...unchanged };
  const { table, rowOf } = rebuildScopes(scopes, edited);
  const scope = columns.scope.slice(0, columns.count);
  return { scopes: table, scope: scope.map((row) => rowOf[row]) };
}

/**
 * The resources and scopes of a batch as they stand in its requests: a group is neighbouring rows of
 * one request with one resource (and scope). What is changed on a row changes for its group; a group
 * elsewhere that is equal by chance keeps what it has. Rows are opened in order.
 */
export class GroupEditor {
  /** Attributes of the open row's resource and scope. */
  readonly resourceAttributes: AttributeEditor;
  readonly scopeAttributes: AttributeEditor;
  readonly #columns: GroupedColumns;
  readonly #resources = new Groups();
  readonly #scopes = new Groups();
  readonly #names = new Map<number, string>();
  readonly #versions = new Map<number, string>();
  /** New `dropped_attributes_count` by group. */
  readonly #resourceDropped = new Map<number, number>();
  readonly #scopeDropped = new Map<number, number>();
  readonly #resourceUrls = new Map<number, string>();
  readonly #scopeUrls = new Map<number, string>();
  #segment = 0;
  #row = -1;

  constructor(columns: GroupedColumns) {
    this.#columns = columns;
    this.resourceAttributes = new AttributeEditor(columns.resources);
    this.scopeAttributes = new AttributeEditor(columns.scopes);
  }

  openRow(row: number): void {
    while (this.#row < row) this.#advance();
  }

  /** When the open row's request was received: milliseconds since the epoch, 0 where nobody said. */
  get receivedUnixMs(): number {
    return this.#columns.segments.receivedUnixMs[this.#segment] ?? 0;
  }

  get scopeName(): string {
    const { scopes, scope } = this.#columns;
    const name = this.#names.get(this.#scopes.last);
    return name ?? dictionaryText(scopes.names, scopes.name[scope[this.#row]]);
  }

  set scopeName(text: string) {
    this.#names.set(this.#scopes.last, text);
  }

  get scopeVersion(): string {
    const { scopes, scope } = this.#columns;
    const version = this.#versions.get(this.#scopes.last);
    return version ?? dictionaryText(scopes.versions, scopes.version[scope[this.#row]]);
  }

  set scopeVersion(text: string) {
    this.#versions.set(this.#scopes.last, text);
  }

  get resourceDroppedAttributesCount(): number {
    const { resources, resource } = this.#columns;
    const count = this.#resourceDropped.get(this.#resources.last);
    return count ?? resources.droppedAttributesCount[resource[this.#row]];
  }

  set resourceDroppedAttributesCount(count: number) {
    this.#resourceDropped.set(this.#resources.last, count);
  }

  get scopeDroppedAttributesCount(): number {
    const { scopes, scope } = this.#columns;
    const count = this.#scopeDropped.get(this.#scopes.last);
    return count ?? scopes.droppedAttributesCount[scope[this.#row]];
  }

  set scopeDroppedAttributesCount(count: number) {
    this.#scopeDropped.set(this.#scopes.last, count);
  }

  get resourceSchemaUrl(): string {
    const { schemaUrls, resourceSchemaUrl } = this.#columns;
    const url = this.#resourceUrls.get(this.#resources.last);
    return url ?? dictionaryText(schemaUrls, resourceSchemaUrl[this.#row]);
  }

  set resourceSchemaUrl(url: string) {
    this.#resourceUrls.set(this.#resources.last, url);
  }

  get scopeSchemaUrl(): string {
    const { schemaUrls, scopeSchemaUrl } = this.#columns;
    const url = this.#scopeUrls.get(this.#scopes.last);
    return url ?? dictionaryText(schemaUrls, scopeSchemaUrl[this.#row]);
  }

  set scopeSchemaUrl(url: string) {
    this.#scopeUrls.set(this.#scopes.last, url);
  }

  /** How many groups of one resource, or of one scope within it, have been opened. */
  get resourceGroups(): number {
    return this.#resources.source.length;
  }

  get scopeGroups(): number {
    return this.#scopes.source.length;
  }

  /** What changed; undefined when nothing did. */
  finish(): GroupChanges | undefined {
    const columns = this.#columns;
    if (columns.count > 0) this.openRow(columns.count - 1);
    this.#noteTouched();
    const hasResources = this.resourceAttributes.changed || this.#resourceDropped.size > 0;
    const renamed = this.#names.size + this.#versions.size + this.#scopeDropped.size > 0;
    const resources = hasResources ? this.#rebuildResources() : {};
    const scopes = this.scopeAttributes.changed || renamed ? this.#rebuildScopes() : {};
    const changes = { ...resources, ...scopes, ...this.#schemaUrls() };
    return Object.keys(changes).length === 0 ? undefined : changes;
  }

  #schemaUrls(): GroupChanges {
    if (this.#resourceUrls.size + this.#scopeUrls.size === 0) return {};
    const { schemaUrls, resourceSchemaUrl, scopeSchemaUrl, count } = this.#columns;
    const ofResources = new TextIds(schemaUrls, resourceSchemaUrl, count);
    this.#resources.setTexts(this.#resourceUrls, ofResources, count);
    const ofScopes = new TextIds(ofResources.dictionary, scopeSchemaUrl, count);
    this.#scopes.setTexts(this.#scopeUrls, ofScopes, count);
    return {
      schemaUrls: ofScopes.dictionary,
      resourceSchemaUrl: ofResources.ids,
      scopeSchemaUrl: ofScopes.ids,
    };
  }

  #advance(): void {
    const { segments, resource, scope } = this.#columns;
    const row = ++this.#row;
    let isFirst = row === 0;
    for (; segments.rowEnd[this.#segment] <= row; this.#segment++) isFirst = true;
    const newResource = isFirst || resource[row] !== resource[row - 1];
    const newScope = newResource || scope[row] !== scope[row - 1];
    if (newScope) this.#noteTouched();
    if (newResource) {
      this.#resources.begin(resource[row], row);
      this.resourceAttributes.openCopy(resource[row]);
    }
    if (newScope) {
      this.#scopes.begin(scope[row], row);
      this.scopeAttributes.openCopy(scope[row]);
    }
  }

  #noteTouched(): void {
    const isCounted = this.#resourceDropped.has(this.#resources.last);
    if (this.resourceAttributes.touched || isCounted) this.#resources.touch();
    const group = this.#scopes.last;
    const named = this.#names.has(group) || this.#versions.has(group);
    const renamed = named || this.#scopeDropped.has(group);
    if (this.scopeAttributes.touched || renamed) this.#scopes.touch();
  }

  #rebuildResources(): GroupChanges {
    const attributes = this.resourceAttributes.finishCopy();
    const { source, touched } = this.#resources;
    const { table, rowOf } = rebuildResources(this.#columns.resources, {
      source,
      touched,
      attributes,
      dropped: this.#resourceDropped,
    });
    return { resources: table, resource: this.#resources.rows(rowOf, this.#columns.count) };
  }

  #rebuildScopes(): GroupChanges {
    const attributes = this.scopeAttributes.finishCopy();
    const { source, touched } = this.#scopes;
    const { table, rowOf } = rebuildScopes(this.#columns.scopes, {
      source,
      touched,
      attributes,
      names: this.#names,
      versions: this.#versions,
      dropped: this.#scopeDropped,
    });
    return { scopes: table, scope: this.#scopes.rows(rowOf, this.#columns.count) };
  }
}

class Groups {
  /** The table's row of each group. */
  readonly source: number[] = [];
  readonly touched: number[] = [];
  readonly #firstRow: number[] = [];

  get last(): number {
    return this.source.length - 1;
  }

  begin(source: number, firstRow: number): void {
    this.source.push(source);
    this.touched.push(0);
    this.#firstRow.push(firstRow);
  }

  touch(): void {
    if (this.last >= 0) this.touched[this.last] = 1;
  }

  /** Writes the texts of groups to all of their rows. */
  setTexts(texts: ReadonlyMap<number, string>, ids: TextIds, count: number): void {
    for (const [group, text] of texts) {
      const end = this.#firstRow[group + 1] ?? count;
      for (let row = this.#firstRow[group]; row < end; row++) ids.set(row, text);
    }
  }

  /** The column of `count` rows where group i has `rowOf[i]`. */
  rows(rowOf: Uint32Array, count: number): Uint32Array {
    const rows = new Uint32Array(count);
    for (let group = 0; group < rowOf.length; group++) {
      rows.fill(rowOf[group], this.#firstRow[group], this.#firstRow[group + 1] ?? count);
    }
    return rows;
  }
}
