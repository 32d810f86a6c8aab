import { unsupportedProgram, type WireRow } from '@sonde/proto';
import type { Cursor } from '../compile/getter.ts';
import { AttributeMap } from '../contexts/attribute-map.ts';
import { CachedRow } from '../contexts/cached-row.ts';
import { type ClientView, nanosOf } from '../contexts/cursors.ts';

/**
 * Rows of requests that nobody has decoded, or their resources. What is visited is written to, the rest
 * is read.
 */
export class WireCursor extends CachedRow implements Cursor {
  readonly place: WireRow;
  readonly client: ClientView | undefined;
  readonly attributes: AttributeMap;
  readonly resource: AttributeMap;
  readonly scope: AttributeMap;
  /** To the resource: what was computed of it holds no longer. */
  #writes = 0;

  constructor(place: WireRow, client: ClientView | undefined, visits: 'resources' | 'rows') {
    super();
    this.place = place;
    this.client = client;
    this.attributes = new AttributeMap(place.row);
    this.resource = new AttributeMap(place.resource, () => {
      if (visits === 'rows') refuseWriting();
      this.#writes++;
    });
    this.scope = new AttributeMap(place.scope, refuseWriting);
  }

  get resourceEpoch(): number {
    return this.place.resources + this.#writes;
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
