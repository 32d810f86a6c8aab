import type { PatternMiner, PatternSource } from '@sonde/log-patterns';
import { dictionaryText, type LogColumns } from '@sonde/proto';
import { sourceKey } from './ingest-rules.ts';

/** The source of each row of a batch: tenant and service; rows in order. */
export class RowSources {
  readonly #columns: LogColumns;
  readonly #miner: PatternMiner;
  /** Of the row that was asked for last. */
  segment = 0;
  /** By resource, of the segment that is open. */
  #byResource: (PatternSource | undefined)[] = [];

  constructor(columns: LogColumns, miner: PatternMiner) {
    this.#columns = columns;
    this.#miner = miner;
  }

  at(row: number): PatternSource {
    const { segments, resource } = this.#columns;
    while (this.segment + 1 < segments.count && row >= segments.rowEnd[this.segment]) {
      this.segment++;
      this.#byResource = [];
    }
    const index = resource[row];
    const known = this.#byResource[index];
    if (known !== undefined) return known;
    const source = this.#find(index);
    this.#byResource[index] = source;
    return source;
  }

  #find(resource: number): PatternSource {
    const { segments, resources } = this.#columns;
    const tenant = dictionaryText(segments.tenants, segments.tenant[this.segment]);
    const service = dictionaryText(resources.serviceNames, resources.serviceName[resource]);
    // Lines of a tenant without a service's name may be of many: their headers tell them apart.
    return this.#miner.source(sourceKey(tenant, service), { isMixed: service === '' });
  }
}
