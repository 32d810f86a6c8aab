import type { ResourceTable } from '@sonde/proto';
import {
  type BlockWriter,
  type IdentityTable,
  RowRuns,
  resourcesTable,
  type TableDefinition,
  writeDictionaryStrings,
  writeFixedColumn,
  writeReplicatedMap,
  writeReplicatedTypes,
  writeUint32Via,
} from '@sonde/store';
import type { BlockSource } from './block-source.ts';
import { replicatedBytes } from './bytes-estimate.ts';
import type { ResourceHours } from './resource-hours.ts';
import { type RowOwner, writeFingerprint, writeIdentity, writeOwner } from './row-columns.ts';

/** Bytes of a resource's columns of fixed width, dictionary indexes included. */
const RESOURCE_BYTES = 64;

export interface ResourceBlockOptions {
  readonly resources: ResourceTable;
  readonly identities: IdentityTable;
  readonly hours: ResourceHours;
  readonly owner: Omit<RowOwner, 'tenant'>;
}

/** Resources of a batch as rows of `resources`, one an hour in which they had rows. */
export class ResourceBlock implements BlockSource {
  readonly table: TableDefinition = resourcesTable();
  readonly rows: RowRuns;
  readonly timestamp: Int32Array;
  readonly #options: ResourceBlockOptions;

  constructor(options: ResourceBlockOptions) {
    this.#options = options;
    this.rows = RowRuns.range(0, options.hours.count);
    this.timestamp = options.hours.timestamp;
  }

  estimateBytes(runs: RowRuns): number {
    const { resources, hours } = this.#options;
    const { attributes, attributeEnd, messages, messageId } = resources;
    let bytes = runs.rows * RESOURCE_BYTES;
    for (let r = 0; r < runs.starts.length; r++) {
      for (let row = runs.starts[r]; row < runs.ends[r]; row++) {
        const id = messageId[hours.resource[row]];
        bytes += messages.offset[id + 1] - messages.offset[id];
      }
    }
    const rows = { list: attributes, ends: attributeEnd };
    return bytes + replicatedBytes(rows, hours.resource, runs);
  }

  write(writer: BlockWriter, runs: RowRuns): void {
    const { resources, identities, hours, owner } = this.#options;
    const { out } = writer;
    writeOwner(writer, { ...owner, tenant: hours.tenant }, runs);
    const rows = { identities, resource: hours.resource };
    writeFingerprint(writer, 'fingerprint', rows, runs);
    writer.column('bucket');
    writeFixedColumn(out, { source: hours.bucket, widthBytes: 4 }, runs);
    writeIdentity(writer, rows, runs);
    const { attributes, attributeEnd, messages, messageId } = resources;
    const via = hours.resource;
    const replicated = { rows: { list: attributes, ends: attributeEnd }, via };
    writer.column('attributes');
    writeReplicatedMap(out, replicated, runs);
    writer.column('attribute_types');
    writeReplicatedTypes(out, replicated, runs);
    writer.column('dropped_attributes_count');
    writeUint32Via(out, { table: resources.droppedAttributesCount, via }, runs);
    writer.column('message');
    writeDictionaryStrings(out, { dictionary: messages, ids: messageId, via }, runs);
  }
}
