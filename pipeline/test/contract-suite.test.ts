import { EventEmitter, once } from 'node:events';
import { z } from 'zod';
import type {
  Component,
  ConsumingComponent,
  ExporterFactory,
  ProcessorFactory,
  ReceiverFactory,
} from '../src/component.ts';
import { nullMeansDefaults } from '../src/config/fields/index.ts';
import { exporterContract, processorContract, receiverContract } from '../src/contract-suite.ts';
import { SondeError } from '../src/errors.ts';
import { batchOf } from './fixture-components.ts';

const EMPTY = nullMeansDefaults(z.strictObject({}));

/** A receiver without a network: `hand` is its sender. */
class HandReceiver implements Component {
  readonly #work: (items: number) => Promise<void>;
  readonly #inFlight: Set<Promise<unknown>> = new Set();

  constructor(work: (items: number) => Promise<void>) {
    this.#work = work;
  }

  async start(): Promise<void> {}

  async shutdown(): Promise<void> {
    await Promise.allSettled(this.#inFlight);
  }

  async hand(items: number): Promise<'accepted' | 'retry' | 'refused'> {
    const done = this.#work(items);
    this.#inFlight.add(done);
    try {
      await done;
      return 'accepted';
    } catch (error) {
      return SondeError.from(error).retryable ? 'retry' : 'refused';
    } finally {
      this.#inFlight.delete(done);
    }
  }
}

const handReceiver: ReceiverFactory = {
  kind: 'receiver',
  type: 'hand',
  signals: { traces: 'beta' },
  config: EMPTY,
  create: (_settings, _config, next) =>
    new HandReceiver(async (items) => next.traces?.consume(batchOf(items))),
};

receiverContract({
  factory: handReceiver,
  config: () => ({}),
  send: async (component) => {
    if (!(component instanceof HandReceiver)) throw new Error('another component');
    return component.hand(3);
  },
});

const passOn: ProcessorFactory = {
  kind: 'processor',
  type: 'pass_on',
  signals: { traces: 'beta' },
  config: EMPTY,
  create: (_settings, _config, next) => ({
    start: async () => {},
    shutdown: async () => {},
    consume: (telemetry) => next.consume(telemetry),
  }),
};

processorContract({ factory: passOn, config: () => ({}), telemetry: () => batchOf(2) });

/** A destination in this process; away while its name is unknown. */
const destinations: Map<string, { items: number }> = new Map([['here', { items: 0 }]]);

class DestinationExporter implements ConsumingComponent {
  readonly #name: string;
  readonly #idle = new EventEmitter();
  #inFlight = 0;
  #stopping = false;

  constructor(name: string) {
    this.#name = name;
  }

  async start(): Promise<void> {}

  async shutdown(): Promise<void> {
    this.#stopping = true;
    if (this.#inFlight > 0) await once(this.#idle, 'idle');
  }

  async consume({ itemCount }: { readonly itemCount: number }): Promise<void> {
    if (this.#stopping) throw new SondeError('SHUTTING_DOWN', 'stopping');
    const destination = destinations.get(this.#name);
    if (destination === undefined) throw new SondeError('UNAVAILABLE', 'away');
    this.#inFlight += 1;
    await Promise.resolve();
    destination.items += itemCount;
    this.#inFlight -= 1;
    if (this.#inFlight === 0) this.#idle.emit('idle');
  }
}

const destination: ExporterFactory<{ readonly name: string }> = {
  kind: 'exporter',
  type: 'destination',
  signals: { traces: 'beta' },
  config: nullMeansDefaults(z.strictObject({ name: z.string() })),
  create: (_settings, { name }) => new DestinationExporter(name),
};

exporterContract({
  factory: destination,
  config: () => ({ name: 'here' }),
  defaultsRefused: 'name',
  unreachableConfig: () => ({ name: 'nowhere' }),
  telemetry: () => batchOf(4),
  received: async () => destinations.get('here')?.items ?? 0,
});
