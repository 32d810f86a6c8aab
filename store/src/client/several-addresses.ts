import type { RowReader } from './row-reader.ts';
import type { Sql } from './sql.ts';
import type { StatementCost } from './statement-cost.ts';
import type { CallOptions, InsertOptions, QueryResult, StoreClient } from './store-client.ts';
import { StoreError } from './store-error.ts';

/** `TABLE_IS_READ_ONLY`: a replica that lost its Keeper reads on and takes nothing. */
const READ_ONLY_CODE = 242;

/** What another replica may do better. */
function isOfThisAddress(error: unknown): boolean {
  if (!(error instanceof StoreError)) return false;
  return error.kind === 'unreachable' || error.clickhouseCode === READ_ONLY_CODE;
}

/**
 * Replicas of one store as one client: an address that does not answer, or takes no rows, is left for
 * the next one, and stays left until that one fails so too. Anything else an address answered, an
 * error too, is the answer. An insert goes to the next replica under the same token; they share what they remember
 * where the tables are Replicated, so it is taken once.
 */
export class SeveralAddresses implements StoreClient {
  readonly #clients: readonly StoreClient[];
  #current = 0;

  /** At least one. */
  constructor(clients: readonly StoreClient[]) {
    if (clients.length === 0) throw new RangeError('a store needs an address');
    this.#clients = clients;
  }

  query<Row>(
    statement: Sql,
    reader: RowReader<Row>,
    options?: CallOptions,
  ): Promise<QueryResult<Row>> {
    return this.#onOne((client) => client.query(statement, reader, options));
  }

  /** Another address is tried as long as no row has come. */
  async *stream<Row>(
    statement: Sql,
    reader: RowReader<Row>,
    options?: CallOptions,
  ): AsyncGenerator<Row[], void> {
    const rows = await this.#onOne(async (client) => {
      const stream = client.stream(statement, reader, options);
      return { first: await stream.next(), stream };
    });
    if (rows.first.done === true) return;
    yield rows.first.value;
    yield* rows.stream;
  }

  command(statement: Sql, options?: CallOptions): Promise<StatementCost> {
    return this.#onOne((client) => client.command(statement, options));
  }

  insertNative(table: string, block: Uint8Array, options?: InsertOptions): Promise<StatementCost> {
    return this.#onOne((client) => client.insertNative(table, block, options));
  }

  async ping(): Promise<boolean> {
    const answers = await Promise.all(this.#clients.map((client) => client.ping()));
    return answers.includes(true);
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }

  async #onOne<T>(call: (client: StoreClient) => Promise<T>): Promise<T> {
    const start = this.#current;
    let failure: unknown;
    for (let step = 0; step < this.#clients.length; step++) {
      const index = (start + step) % this.#clients.length;
      const client = this.#clients[index];
      if (client === undefined) continue;
      try {
        const result = await call(client);
        this.#current = index;
        return result;
      } catch (error) {
        if (!isOfThisAddress(error)) throw error;
        failure = error;
      }
    }
    throw failure;
  }
}
