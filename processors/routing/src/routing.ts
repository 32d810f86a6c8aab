import { EvaluationError } from '@sonde/ottl';
import { type ConsumingComponent, SondeError, type Telemetry } from '@sonde/pipeline';
import { type Columns, itemsOf, MalformedError } from '@sonde/proto';
import { Deliveries } from './deliveries.ts';
import type { RoutingTable } from './routing-table.ts';
import { Share } from './share.ts';

/** Gives each row of the table what it means, in order; the answer is that of all their pipelines. */
export class Routing implements ConsumingComponent {
  readonly #table: RoutingTable;
  readonly #dropped: (items: number) => void;

  /** `dropped` counts what no row moved where there are no default pipelines. */
  constructor(table: RoutingTable, dropped: (items: number) => void) {
    this.#table = table;
    this.#dropped = dropped;
  }

  async start(): Promise<void> {}

  async shutdown(): Promise<void> {}

  async consume(telemetry: Telemetry): Promise<void> {
    const { deliveries, columns, unrouted } = this.#route(telemetry);
    if (unrouted > 0) this.#dropped(unrouted);
    await deliveries.send(telemetry, columns);
  }

  #route(telemetry: Telemetry): Routed {
    try {
      const columns = telemetry.columns();
      if (itemsOf(columns) === 0) return { columns, deliveries: new Deliveries(), unrouted: 0 };
      return this.#routeColumns(columns, telemetry);
    } catch (error) {
      if (!(error instanceof MalformedError) && !(error instanceof EvaluationError)) throw error;
      throw new SondeError('INVALID_DATA', error.message, { cause: error });
    }
  }

  #routeColumns(source: Columns, { client }: Telemetry): Routed {
    const { routes, fallback } = this.#table;
    const deliveries = new Deliveries();
    const left = Share.all(source);
    let columns = source;
    for (const { route, action, target } of routes) {
      if (left.count === 0) break;
      const matched = route.match({ columns, client, left });
      columns = matched.columns;
      deliveries.add(target, matched.share);
      if (action === 'move') left.takeAway(matched.share);
    }
    if (fallback !== undefined) deliveries.add(fallback, left);
    return { deliveries, columns, unrouted: fallback === undefined ? left.count : 0 };
  }
}

interface Routed {
  readonly deliveries: Deliveries;
  readonly columns: Columns;
  /** Items that go nowhere. */
  readonly unrouted: number;
}
