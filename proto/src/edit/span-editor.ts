import type { SpanColumns } from '../columns/span-columns.ts';
import { idText, nativeText } from '../read/native-text.ts';
import { AttributeEditor } from './attribute-editor.ts';
import { appendNativeText } from './attribute-value.ts';
import { withSpans } from './copy-columns.ts';
import { TextIds } from './edit-dictionary.ts';
import { GroupEditor } from './group-editor.ts';
import { ByteColumn, LongColumn, WordColumn } from './number-column.ts';
import { StringEditor } from './string-editor.ts';

/**
 * Reads and changes spans one at a time, in order. What is not changed is shared with the source,
 * column by column; the source is not written to. Times are nanoseconds since the epoch.
 */
export class SpanEditor {
  readonly attributes: AttributeEditor;
  /** Resource and scope of the open span. */
  readonly group: GroupEditor;
  readonly #columns: SpanColumns;
  readonly #names: TextIds;
  readonly #kind: ByteColumn;
  readonly #statusCode: ByteColumn;
  readonly #statusMessage: StringEditor;
  readonly #traceState: StringEditor;
  readonly #start: LongColumn;
  readonly #end: LongColumn;
  readonly #flags: WordColumn;
  #row = 0;

  constructor(columns: SpanColumns) {
    const { count } = columns;
    this.#columns = columns;
    this.attributes = new AttributeEditor(columns);
    this.group = new GroupEditor(columns);
    this.#names = new TextIds(columns.names, columns.name, count);
    this.#kind = new ByteColumn(columns.kind, count);
    this.#statusCode = new ByteColumn(columns.statusCode, count);
    this.#statusMessage = new StringEditor(columns.statusMessage, count);
    this.#traceState = new StringEditor(columns.traceState, count);
    this.#start = new LongColumn(columns.startUnixNano, count);
    this.#end = new LongColumn(columns.endUnixNano, count);
    this.#flags = new WordColumn(columns.flags, count);
  }

  openRow(row: number): void {
    this.#row = row;
    this.attributes.openRow(row);
    this.group.openRow(row);
  }

  get name(): string {
    return this.#names.text(this.#row);
  }

  set name(text: string) {
    this.#names.set(this.#row, text);
  }

  get kind(): number {
    return this.#kind.values[this.#row];
  }

  set kind(kind: number) {
    this.#kind.set(this.#row, kind);
  }

  get statusCode(): number {
    return this.#statusCode.values[this.#row];
  }

  set statusCode(code: number) {
    this.#statusCode.set(this.#row, code);
  }

  get statusMessage(): string {
    const { run, start } = this.#statusMessage.columnOf(this.#row);
    return nativeText(run, start[this.#row]);
  }

  set statusMessage(text: string) {
    appendNativeText(this.#statusMessage.replace(this.#row).run, text);
  }

  get traceState(): string {
    const { run, start } = this.#traceState.columnOf(this.#row);
    return nativeText(run, start[this.#row]);
  }

  set traceState(text: string) {
    appendNativeText(this.#traceState.replace(this.#row).run, text);
  }

  get startUnixNano(): bigint {
    return this.#start.get(this.#row);
  }

  set startUnixNano(time: bigint) {
    this.#start.set(this.#row, time);
  }

  get endUnixNano(): bigint {
    return this.#end.get(this.#row);
  }

  set endUnixNano(time: bigint) {
    this.#end.set(this.#row, time);
  }

  get flags(): number {
    return this.#flags.values[this.#row];
  }

  set flags(flags: number) {
    this.#flags.set(this.#row, flags);
  }

  /** Lower-case hex; empty when absent. */
  get traceId(): string {
    return idText(this.#columns.traceId, this.#row, 16);
  }

  get spanId(): string {
    return idText(this.#columns.spanId, this.#row, 8);
  }

  get parentSpanId(): string {
    return idText(this.#columns.parentSpanId, this.#row, 8);
  }

  /** The edited spans; the source itself when nothing was changed. */
  finish(): SpanColumns {
    const columns = this.#columns;
    const group = this.group.finish();
    const attributes = this.attributes.finish(columns.count);
    const edited = {
      ...group,
      ...attributes,
      names: this.#names.dictionary,
      name: this.#names.ids,
      kind: this.#kind.values,
      statusCode: this.#statusCode.values,
      statusMessage: this.#statusMessage.finish(),
      traceState: this.#traceState.finish(),
      startUnixNano: this.#start.values,
      endUnixNano: this.#end.values,
      flags: this.#flags.values,
    };
    return isSame(columns, edited) ? columns : withSpans(columns, edited);
  }
}

/** Whether every changed column is the source's own. */
export function isSame<C extends object>(columns: C, edited: Partial<C>): boolean {
  for (const name in edited) if (edited[name] !== columns[name]) return false;
  return true;
}
