import { AnyValueType } from '../columns/any-value-type.ts';
import type { LogColumns } from '../columns/log-columns.ts';
import { idText } from '../read/native-text.ts';
import { AttributeEditor } from './attribute-editor.ts';
import { type AttributeValue, appendNativeValue, readNativeValue } from './attribute-value.ts';
import { withLogs } from './copy-columns.ts';
import { TextIds } from './edit-dictionary.ts';
import { countEncoded } from './gather.ts';
import { GroupEditor } from './group-editor.ts';
import { ByteColumn, LongColumn, WordColumn } from './number-column.ts';
import { isSame } from './span-editor.ts';
import { StringEditor } from './string-editor.ts';

/** As `SpanEditor`, for log records. */
export class LogEditor {
  readonly attributes: AttributeEditor;
  readonly group: GroupEditor;
  readonly #columns: LogColumns;
  readonly #body: StringEditor;
  readonly #bodyType: ByteColumn;
  readonly #severityNumber: ByteColumn;
  readonly #severityTexts: TextIds;
  readonly #eventNames: TextIds;
  readonly #time: LongColumn;
  readonly #observedTime: LongColumn;
  readonly #flags: WordColumn;
  #row = 0;

  constructor(columns: LogColumns) {
    const { count } = columns;
    this.#columns = columns;
    this.attributes = new AttributeEditor(columns);
    this.group = new GroupEditor(columns);
    this.#body = new StringEditor(columns.body, count);
    this.#bodyType = new ByteColumn(columns.bodyType, count);
    this.#severityNumber = new ByteColumn(columns.severityNumber, count);
    this.#severityTexts = new TextIds(columns.severityTexts, columns.severityText, count);
    this.#eventNames = new TextIds(columns.eventNames, columns.eventName, count);
    this.#time = new LongColumn(columns.timeUnixNano, count);
    this.#observedTime = new LongColumn(columns.observedTimeUnixNano, count);
    this.#flags = new WordColumn(columns.flags, count);
  }

  openRow(row: number): void {
    this.#row = row;
    this.attributes.openRow(row);
    this.group.openRow(row);
  }

  get body(): AttributeValue {
    const { run, start } = this.#body.columnOf(this.#row);
    return readNativeValue(run, start[this.#row], this.#bodyType.values[this.#row]);
  }

  set body(value: AttributeValue) {
    const type = appendNativeValue(this.#body.replace(this.#row).run, value);
    this.#bodyType.set(this.#row, type);
  }

  get hasBody(): boolean {
    return this.#bodyType.values[this.#row] !== AnyValueType.empty;
  }

  get severityNumber(): number {
    return this.#severityNumber.values[this.#row];
  }

  set severityNumber(severity: number) {
    this.#severityNumber.set(this.#row, severity);
  }

  get severityText(): string {
    return this.#severityTexts.text(this.#row);
  }

  set severityText(text: string) {
    this.#severityTexts.set(this.#row, text);
  }

  get eventName(): string {
    return this.#eventNames.text(this.#row);
  }

  set eventName(text: string) {
    this.#eventNames.set(this.#row, text);
  }

  get timeUnixNano(): bigint {
    return this.#time.get(this.#row);
  }

  set timeUnixNano(time: bigint) {
    this.#time.set(this.#row, time);
  }

  get observedTimeUnixNano(): bigint {
    return this.#observedTime.get(this.#row);
  }

  set observedTimeUnixNano(time: bigint) {
    this.#observedTime.set(this.#row, time);
  }

  get flags(): number {
    return this.#flags.values[this.#row];
  }

  set flags(flags: number) {
    this.#flags.set(this.#row, flags);
  }

  get traceId(): string {
    return idText(this.#columns.traceId, this.#row, 16);
  }

  get spanId(): string {
    return idText(this.#columns.spanId, this.#row, 8);
  }

  /** The edited records; the source itself when nothing was changed. */
  finish(): LogColumns {
    const columns = this.#columns;
    const group = this.group.finish();
    const attributes = this.attributes.finish(columns.count);
    const bodyType = this.#bodyType.values;
    const edited = {
      ...group,
      ...attributes,
      body: this.#body.finish(),
      bodyType,
      severityNumber: this.#severityNumber.values,
      severityTexts: this.#severityTexts.dictionary,
      severityText: this.#severityTexts.ids,
      eventNames: this.#eventNames.dictionary,
      eventName: this.#eventNames.ids,
      timeUnixNano: this.#time.values,
      observedTimeUnixNano: this.#observedTime.values,
      flags: this.#flags.values,
    };
    if (isSame(columns, edited)) return columns;
    const encodedBodyCount =
      bodyType === columns.bodyType
        ? columns.encodedBodyCount
        : countEncoded(bodyType, columns.count);
    return withLogs(columns, { ...edited, encodedBodyCount });
  }
}
