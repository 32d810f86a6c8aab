import type { Signal } from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type {
  Component,
  ConnectorFactory,
  ConnectorNext,
  Consumer,
  ConsumingComponent,
  ExporterFactory,
  ExtensionFactory,
  ProcessorFactory,
  ReceiverFactory,
} from './component.ts';
import {
  contractHost,
  contractSettings,
  contractSignalSettings,
  GatedConsumer,
  leakedHandles,
  staysPending,
} from './contract-fixtures.ts';
import { SondeError } from './errors.ts';
import type { Telemetry } from './telemetry.ts';

export * from './contract-fixtures.ts';
export * from './contract-requests.ts';

/** Requests that a suite has in flight at once when it shuts a component down. */
const IN_FLIGHT = 5;

type MaybePromise<T> = T | Promise<T>;

interface ContractOptions {
  /**
   * A configuration that works here and now, as YAML would give it: loopback, port 0, a folder of
   * its own. Called anew for every component.
   */
  readonly config: () => MaybePromise<unknown>;
  /** Why the defaults alone are no valid configuration: part of the text that says so. */
  readonly defaultsRefused?: string | RegExp;
  /** Parts of the suite that cannot hold for this component, with the reason. */
  readonly skips?: Readonly<Partial<Record<ContractPart, string>>>;
}

export type ContractPart = 'backpressure' | 'refusals' | 'shutdown keeps data' | 'handles';

const UNTOUCHED = new AbortController().signal;

/** Every extension's suite. */
export function extensionContract(
  options: ContractOptions & { readonly factory: ExtensionFactory },
): void {
  const { factory } = options;
  describe(`the extension contract of ${factory.type}`, () => {
    configContract(factory.config, options);
    lifecycleContract(options, async () =>
      factory.create(contractSettings(factory.type), await parsedConfig(factory.config, options)),
    );
  });
}

export interface ReceiverContractOptions extends ContractOptions {
  readonly factory: ReceiverFactory;
  /**
   * Makes the started receiver take one request (or scrape, or record) of `signal`, and resolves
   * with what its sender learnt: `retry` is the protocol's retryable answer, `refused` its
   * permanent one. Absent where nobody is told.
   */
  readonly send?: (
    component: Component,
    signal: Signal,
  ) => Promise<'accepted' | 'retry' | 'refused'>;
}

/** Every receiver's suite, on each signal it supports. */
export function receiverContract(options: ReceiverContractOptions): void {
  const { factory, send } = options;
  const create = async (next: Consumer): Promise<Component> =>
    factory.create(
      contractSettings(factory.type),
      await parsedConfig(factory.config, options),
      Object.fromEntries(signalsOf(factory.signals).map((signal) => [signal, next])),
    );
  describe(`the receiver contract of ${factory.type}`, () => {
    configContract(factory.config, options);
    lifecycleContract(options, () => create(new GatedConsumer()));
    if (send === undefined) return;
    for (const signal of signalsOf(factory.signals)) {
      receiverSignalContract(signal, { ...options, send }, create);
    }
  });
}

function receiverSignalContract(
  signal: Signal,
  options: ReceiverContractOptions & Required<Pick<ReceiverContractOptions, 'send'>>,
  create: (next: Consumer) => Promise<Component>,
): void {
  const { send } = options;
  const running = async (
    work: (component: Component, next: GatedConsumer) => Promise<void>,
  ): Promise<void> => {
    const next = new GatedConsumer();
    const component = await create(next);
    await component.start(contractHost());
    try {
      await work(component, next);
    } finally {
      next.open();
      await component.shutdown(UNTOUCHED);
    }
  };
  part(options, 'backpressure')(
    `answers a sender of ${signal} when the pipeline took the data, not before`,
    () =>
      running(async (component, next) => {
        next.close();
        const answer = send(component, signal);
        await next.entered();
        expect(await staysPending(answer)).toBe(true);
        next.open();
        expect(await answer).toBe('accepted');
        expect(next.itemCount).toBeGreaterThan(0);
      }),
  );
  part(options, 'refusals')(`gives ${signal} back for a retry when the pipeline is full`, () =>
    running(async (component, next) => {
      next.failWith(new SondeError('OVERLOADED', 'full', { retryAfterMs: 1000 }));
      expect(await send(component, signal)).toBe('retry');
    }),
  );
  part(options, 'refusals')(`refuses ${signal} for good when the pipeline never takes it`, () =>
    running(async (component, next) => {
      next.failWith(new SondeError('INVALID_DATA', 'never'));
      expect(await send(component, signal)).toBe('refused');
    }),
  );
  part(options, 'shutdown keeps data')(`finishes ${signal} in flight before it is shut down`, () =>
    running(async (component, next) => {
      next.close();
      const answer = send(component, signal);
      await next.entered();
      const stopped = component.shutdown(UNTOUCHED);
      next.open();
      expect(await answer).toBe('accepted');
      await stopped;
      expect(next.itemCount).toBeGreaterThan(0);
    }),
  );
}

export interface ProcessorContractOptions extends ContractOptions {
  readonly factory: ProcessorFactory;
  /** A batch with items that this configuration lets through. */
  readonly telemetry: (signal: Signal) => Telemetry;
}

/** Every processor's suite, on each signal it supports. */
export function processorContract(options: ProcessorContractOptions): void {
  const { factory, telemetry } = options;
  const create = async (signal: Signal, next: Consumer): Promise<ConsumingComponent> =>
    factory.create(
      contractSignalSettings(factory.type, signal),
      await parsedConfig(factory.config, options),
      next,
    );
  describe(`the processor contract of ${factory.type}`, () => {
    configContract(factory.config, options);
    const [first] = signalsOf(factory.signals);
    if (first !== undefined) lifecycleContract(options, () => create(first, new GatedConsumer()));
    for (const signal of signalsOf(factory.signals)) {
      part(options, 'backpressure')(`takes ${signal} only when the next step took it`, async () => {
        const next = new GatedConsumer();
        const processor = await create(signal, next);
        await processor.start(contractHost());
        next.close();
        const done = processor.consume(telemetry(signal));
        await next.entered();
        expect(await staysPending(done)).toBe(true);
        next.open();
        await done;
        await processor.shutdown(UNTOUCHED);
      });
      part(options, 'refusals')(`hands on why the next step refused ${signal}`, async () => {
        const next = new GatedConsumer();
        const processor = await create(signal, next);
        await processor.start(contractHost());
        next.failWith(new SondeError('OVERLOADED', 'full'));
        await expect(processor.consume(telemetry(signal))).rejects.toMatchObject({
          code: 'OVERLOADED',
        });
        await processor.shutdown(UNTOUCHED);
      });
      part(options, 'shutdown keeps data')(
        `has handed on all ${signal} it took when it is shut down`,
        async () => {
          const next = new GatedConsumer();
          const processor = await create(signal, next);
          await processor.start(contractHost());
          for (let count = 0; count < IN_FLIGHT; count += 1)
            await processor.consume(telemetry(signal));
          await processor.shutdown(UNTOUCHED);
          expect(next.itemCount).toBe(IN_FLIGHT * telemetry(signal).itemCount);
        },
      );
      it(`hands on nothing of ${signal} later whose bytes it says that it gives back`, async () => {
        const next = Object.assign(new GatedConsumer(), { givesBack: true });
        const processor = await create(signal, next);
        await processor.start(contractHost());
        await processor.consume(telemetry(signal));
        const had = next.itemCount;
        await processor.shutdown(UNTOUCHED);
        if (processor.givesBack === true) expect(next.itemCount).toBe(had);
        const cautious = await create(signal, new GatedConsumer());
        expect(cautious.givesBack, 'the next step may have it').not.toBe(true);
      });
    }
  });
}

export interface ConnectorContractOptions extends ContractOptions {
  readonly factory: ConnectorFactory;
  /** A batch that this configuration hands on. */
  readonly telemetry: (signal: Signal) => Telemetry;
}

/** Every connector's suite, on each pair of signals it supports. */
export function connectorContract(options: ConnectorContractOptions): void {
  const { factory, telemetry } = options;
  const create = async ({ from, to, next }: ConnectorFixture): Promise<ConsumingComponent> =>
    factory.create(
      { ...contractSettings(factory.type), from, to },
      await parsedConfig(factory.config, options),
      connectorNext(to, next),
    );
  describe(`the connector contract of ${factory.type}`, () => {
    configContract(factory.config, options);
    const pairs = pairsOf(factory);
    const [first] = pairs;
    if (first !== undefined) {
      lifecycleContract(options, () => create({ ...first, next: new GatedConsumer() }));
    }
    for (const pair of pairs) {
      const title = `${pair.from} to ${pair.to}`;
      part(options, 'backpressure')(`${title}: takes data when the pipelines took it`, async () => {
        const next = new GatedConsumer();
        const connector = await create({ ...pair, next });
        await connector.start(contractHost());
        next.close();
        const done = connector.consume(telemetry(pair.from));
        await next.entered();
        expect(await staysPending(done)).toBe(true);
        next.open();
        await done;
        await connector.shutdown(UNTOUCHED);
      });
      part(options, 'refusals')(`${title}: hands on why the pipelines refused`, async () => {
        const next = new GatedConsumer();
        const connector = await create({ ...pair, next });
        await connector.start(contractHost());
        next.failWith(new SondeError('OVERLOADED', 'full'));
        await expect(connector.consume(telemetry(pair.from))).rejects.toMatchObject({
          code: 'OVERLOADED',
        });
        await connector.shutdown(UNTOUCHED);
      });
      part(options, 'shutdown keeps data')(
        `${title}: has handed on what it took when it is shut down`,
        async () => {
          const next = new GatedConsumer();
          const connector = await create({ ...pair, next });
          await connector.start(contractHost());
          await connector.consume(telemetry(pair.from));
          await connector.shutdown(UNTOUCHED);
          expect(next.taken).not.toEqual([]);
        },
      );
    }
  });
}

interface ConnectorFixture {
  readonly from: Signal;
  readonly to: Signal;
  readonly next: Consumer;
}

function connectorNext(to: Signal, next: Consumer): ConnectorNext {
  return {
    consume: (telemetry) => next.consume(telemetry),
    pipelines: new Map([[`${to}/contract`, next]]),
  };
}

function pairsOf({ pairs }: ConnectorFactory): readonly { from: Signal; to: Signal }[] {
  const all: readonly Signal[] = ['traces', 'metrics', 'logs', 'profiles'];
  return all.flatMap((from) => signalsOf(pairs[from] ?? {}).map((to) => ({ from, to })));
}

export interface ExporterContractOptions extends ContractOptions {
  readonly factory: ExporterFactory;
  readonly telemetry: (signal: Signal) => Telemetry;
  /** Items of `signal` that the destination has now, of everything this suite ever sent. */
  readonly received: (signal: Signal) => Promise<number>;
  /** A configuration whose destination is away; absent where there is none that can be. */
  readonly unreachableConfig?: () => MaybePromise<unknown>;
}

/** Every exporter's suite, on each signal it supports. */
export function exporterContract(options: ExporterContractOptions): void {
  const { factory } = options;
  describe(`the exporter contract of ${factory.type}`, () => {
    configContract(factory.config, options);
    const [first] = signalsOf(factory.signals);
    if (first !== undefined) {
      lifecycleContract(options, () => createExporter(options, first, options.config));
    }
    for (const signal of signalsOf(factory.signals)) exporterSignalContract(signal, options);
  });
}

async function createExporter(
  { factory }: ExporterContractOptions,
  signal: Signal,
  config: () => MaybePromise<unknown>,
): Promise<ConsumingComponent> {
  const parsed: unknown = await factory.config.parseAsync(await config());
  return factory.create(contractSignalSettings(factory.type, signal), parsed);
}

function exporterSignalContract(signal: Signal, options: ExporterContractOptions): void {
  const { telemetry, received, unreachableConfig } = options;
  part(options, 'backpressure')(`takes ${signal} only when the destination has it`, async () => {
    const exporter = await createExporter(options, signal, options.config);
    await exporter.start(contractHost());
    const before = await received(signal);
    await exporter.consume(telemetry(signal));
    expect((await received(signal)) - before).toBe(telemetry(signal).itemCount);
    await exporter.shutdown(UNTOUCHED);
  });
  part(options, 'shutdown keeps data')(
    `loses no ${signal} that it took before it was shut down`,
    async () => {
      const exporter = await createExporter(options, signal, options.config);
      await exporter.start(contractHost());
      const before = await received(signal);
      const sends = Array.from({ length: IN_FLIGHT }, () => exporter.consume(telemetry(signal)));
      const settled = Promise.allSettled(sends);
      await exporter.shutdown(UNTOUCHED);
      const results = await settled;
      const taken = results.filter(({ status }) => status === 'fulfilled').length;
      for (const result of results) {
        if (result.status === 'rejected')
          expect(SondeError.from(result.reason).retryable).toBe(true);
      }
      const now = await received(signal);
      expect(now - before).toBeGreaterThanOrEqual(taken * telemetry(signal).itemCount);
      await expect(exporter.consume(telemetry(signal))).rejects.toMatchObject({ retryable: true });
    },
  );
  if (unreachableConfig === undefined) return;
  part(options, 'refusals')(
    `gives ${signal} back for a retry while the destination is away`,
    async () => {
      const exporter = await createExporter(options, signal, unreachableConfig);
      await exporter.start(contractHost());
      const failure = exporter.consume(telemetry(signal));
      await expect(failure).rejects.toBeInstanceOf(SondeError);
      await expect(failure).rejects.toMatchObject({ retryable: true });
      await exporter.shutdown(UNTOUCHED);
    },
  );
}

function configContract(schema: z.ZodType, options: ContractOptions): void {
  const { defaultsRefused } = options;
  if (defaultsRefused === undefined) {
    it('has defaults that are a valid configuration', async () => {
      expect(schema.safeParse(undefined).error?.issues).toBeUndefined();
      expect(schema.safeParse(null).error?.issues).toBeUndefined();
    });
  } else {
    it('says what its defaults lack', async () => {
      const messages = schema
        .safeParse(null)
        .error?.issues.map(({ message, path }) => `${path.join('.')} ${message}`);
      expect(messages?.join('\n')).toMatch(defaultsRefused);
    });
  }
  it('refuses a key it does not know', async () => {
    const known: unknown = await options.config();
    const { error } = schema.safeParse({ ...Object(known), no_such_key: 1 });
    expect(error?.issues).toEqual([
      expect.objectContaining({ code: 'unrecognized_keys', keys: ['no_such_key'] }),
    ]);
  });
}

function lifecycleContract(options: ContractOptions, create: () => Promise<Component>): void {
  it('shuts down without having started', async () => {
    const component = await create();
    await component.shutdown(UNTOUCHED);
  });
  it('starts and shuts down twice as if it were once', async () => {
    const component = await create();
    await component.start(contractHost());
    await component.start(contractHost());
    await component.shutdown(UNTOUCHED);
    await component.shutdown(UNTOUCHED);
  });
  it('shuts down at once when its deadline has passed already', async () => {
    const component = await create();
    await component.start(contractHost());
    await component.shutdown(AbortSignal.abort());
  });
  part(options, 'handles')('leaves no socket, timer or watcher behind', async () => {
    const live = async (): Promise<void> => {
      const component = await create();
      await component.start(contractHost());
      await component.shutdown(UNTOUCHED);
    };
    // What a process opens once and keeps (a thread pool, a resolver) is open after this.
    await live();
    expect(await leakedHandles(live)).toEqual([]);
  });
}

async function parsedConfig(schema: z.ZodType, options: ContractOptions): Promise<unknown> {
  return schema.parseAsync(await options.config());
}

function part(
  options: ContractOptions,
  name: ContractPart,
): (title: string, work: () => Promise<void>) => void {
  const reason = options.skips?.[name];
  return (title, work) => {
    if (reason === undefined) it(title, work);
    else it.skip(`${title} (${reason})`, work);
  };
}

function signalsOf(supported: Readonly<Partial<Record<Signal, unknown>>>): readonly Signal[] {
  const all: readonly Signal[] = ['traces', 'metrics', 'logs', 'profiles'];
  return all.filter((signal) => supported[signal] !== undefined);
}
