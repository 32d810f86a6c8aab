import { unsupportedProgram, type WireRow } from '@sonde/proto';
import type { Cursor } from '../compile/getter.ts';
import { AttributeMap } from '../contexts/attribute-map.ts';
import { CachedRow } from '../contexts/cached-row.ts';
import { type ClientView, nanosOf } from '../contexts/cursors.ts';

/** Rows of requests that nobody has decoded. Attributes of the row are written, the rest is read. */
export class WireCursor extends CachedRow implements Cursor {
  readonly place: WireRow;
  readonly client: ClientView | undefined;
  readonly attributes: AttributeMap;
  readonly resource: AttributeMap;
  readonly scope: AttributeMap;

  constructor(place: WireRow, client: ClientView | undefined) {
    super();
    this.place = place;
    this.client = client;
    this.attributes = new AttributeMap(place.row);
    this.resource = new AttributeMap(place.resource, refuseWriting);
    this.scope = new AttributeMap(place.scope, refuseWriting);
  }

  get resourceEpoch(): number {
    return this.place.resources;
  }

  /** When the row's request was received; undefined where nobody said. A replay sees the same. */
  get receivedUnixNano(): bigint | undefined {
    return nanosOf(this.place.receivedUnixMs);
  }

  /** The row has changed. */
  opened(): void {
    this.forget();
  }
}

export function refuseWriting(): never {
  return unsupportedProgram('it writes to a resource, scope or metric');
}
