import {
  AttributeEditor,
  LongColumn,
  type SpanEventColumns,
  TextIds,
  WordColumn,
  withSpanEvents,
} from '@sonde/proto';
import { AttributeMap } from './attribute-map.ts';

/** The open event of a span. */
export class EventRow {
  readonly attributes: AttributeMap;
  readonly names: TextIds;
  readonly times: LongColumn;
  readonly droppedAttributes: WordColumn;
  row = 0;
  readonly #events: SpanEventColumns;
  readonly #editor: AttributeEditor;

  constructor(events: SpanEventColumns) {
    const { count } = events;
    this.#events = events;
    this.#editor = new AttributeEditor(events);
    this.attributes = new AttributeMap(this.#editor);
    this.names = new TextIds(events.names, events.name, count);
    this.times = new LongColumn(events.timeUnixNano, count);
    this.droppedAttributes = new WordColumn(events.droppedAttributesCount, count);
  }

  open(row: number): void {
    this.row = row;
    this.#editor.openRow(row);
  }

  /** The events; the source itself when nothing was changed. */
  finish(): SpanEventColumns {
    const events = this.#events;
    const edited = {
      ...this.#editor.finish(events.count),
      names: this.names.dictionary,
      name: this.names.ids,
      timeUnixNano: this.times.values,
      droppedAttributesCount: this.droppedAttributes.values,
    };
    const isSame =
      edited.attributes === events.attributes &&
      edited.name === events.name &&
      edited.timeUnixNano === events.timeUnixNano &&
      edited.droppedAttributesCount === events.droppedAttributesCount;
    return isSame ? events : withSpanEvents(events, edited);
  }
}
