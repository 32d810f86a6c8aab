import { z } from 'zod';
import type {
  Component,
  ConnectorFactory,
  Consumer,
  ConsumingComponent,
  ExporterFactory,
  ExtensionFactory,
  Factory,
  Host,
  ProcessorFactory,
  ReceiverFactory,
  SignallessCreateSettings,
} from '../src/component.ts';
import { endpoint, nullMeansDefaults, section } from '../src/config/fields/index.ts';
import { SondeError } from '../src/errors.ts';
import { Telemetry } from '../src/telemetry.ts';

/** What fixture components did, in order: `start exporter nop`, `consume processor tag a`. */
export class Journal {
  readonly entries: string[] = [];
  readonly consumers: Map<string, Consumer> = new Map();
  readonly hosts: Map<string, Host> = new Map();
  readonly settings: Map<string, SignallessCreateSettings> = new Map();
  readonly created: string[] = [];
  /** Names of components whose step fails: `start exporter nop`. */
  readonly failing: Map<string, Error> = new Map();
  /** Names of components that never shut down. */
  readonly hanging: Set<string> = new Set();

  onNote: (entry: string) => void = () => {};
  /** What the start of every component waits for, after it was noted. */
  pause: () => Promise<void> = async () => {};

  note(entry: string): void {
    this.entries.push(entry);
    this.onNote(entry);
    const failure = this.failing.get(entry);
    if (failure !== undefined) throw failure;
  }

  component(name: string): Component {
    this.created.push(name);
    return {
      start: async (host) => {
        this.hosts.set(name, host);
        this.note(`start ${name}`);
        await this.pause();
      },
      shutdown: async () => {
        this.note(`shutdown ${name}`);
        if (this.hanging.has(name)) await new Promise<void>(() => {});
      },
    };
  }

  consuming(name: string, next: Consumer | undefined): ConsumingComponent {
    return {
      ...this.component(name),
      consume: async (telemetry) => {
        this.note(`consume ${name}`);
        await next?.consume(telemetry);
      },
    };
  }
}

const EMPTY = nullMeansDefaults(z.strictObject({}));
const BOTH = { traces: 'beta', logs: 'beta' } as const;

const OTLP = nullMeansDefaults(
  z
    .strictObject({
      protocols: z
        .strictObject({
          grpc: section(
            z.strictObject({
              endpoint: endpoint('localhost:4317'),
              include_metadata: z.boolean().default(false),
              max_recv_msg_size_mib: z.int().default(4),
            }),
            { absent: 'off' },
          ),
          http: section(z.strictObject({ endpoint: endpoint('localhost:4318') }), {
            absent: 'off',
          }),
        })
        .prefault({}),
    })
    .refine(({ protocols }) => protocols.grpc !== undefined || protocols.http !== undefined, {
      message: 'must specify at least one protocol when using the OTLP receiver',
    }),
);

/** Components named like the Collector's, that do nothing but keep a journal. */
export function fixtureFactories(journal: Journal = new Journal()): readonly Factory[] {
  return [
    receiver('otlp', OTLP, journal),
    receiver('nop', EMPTY, journal),
    receiver('twin', EMPTY, journal),
    processor('batch', journal),
    processor('tag', journal),
    exporter('nop', journal),
    exporter('debug', journal, ['traces']),
    exporter('twin', journal),
    connector('forward', journal),
    connector('twin', journal),
    extension(journal),
  ];
}

function receiver(type: string, config: z.ZodType, journal: Journal): ReceiverFactory {
  return {
    kind: 'receiver',
    type,
    signals: BOTH,
    config,
    create: (settings, _config, next) => {
      const name = `receiver ${settings.id}`;
      journal.settings.set(name, settings);
      for (const [signal, consumer] of Object.entries(next)) {
        journal.consumers.set(`${name} ${signal}`, consumer);
      }
      return journal.component(name);
    },
  };
}

function processor(type: string, journal: Journal): ProcessorFactory {
  return {
    kind: 'processor',
    type,
    aliases: [`old${type}`],
    signals: BOTH,
    config: EMPTY,
    create: ({ id, signal }, _config, next) => journal.consuming(`processor ${id} ${signal}`, next),
  };
}

function exporter(
  type: string,
  journal: Journal,
  signals: readonly ('traces' | 'logs')[] = ['traces', 'logs'],
): ExporterFactory {
  return {
    kind: 'exporter',
    type,
    signals: Object.fromEntries(signals.map((signal) => [signal, 'beta'])),
    config: EMPTY,
    create: ({ id, signal }) => journal.consuming(`exporter ${id} ${signal}`, undefined),
  };
}

function connector(type: string, journal: Journal): ConnectorFactory {
  return {
    kind: 'connector',
    type,
    pairs: { traces: { traces: 'beta', logs: 'beta' } },
    config: EMPTY,
    create: ({ id, from, to }, _config, next) => {
      const pipelines = [...next.pipelines.keys()].join(',');
      return journal.consuming(`connector ${id} ${from} to ${to} (${pipelines})`, next);
    },
  };
}

function extension(journal: Journal): ExtensionFactory {
  return {
    kind: 'extension',
    type: 'probe',
    config: EMPTY,
    create: ({ id }) => journal.component(`extension ${id}`),
  };
}

/** A batch of `itemCount` items that nobody decodes. */
export function batchOf(itemCount: number, transport?: string): Telemetry {
  return new Telemetry({
    signal: 'traces',
    requests: [
      {
        signal: 'traces',
        bytes: new Uint8Array(itemCount),
        itemCount,
        tenant: 'default',
        receivedUnixMs: 0,
      },
    ],
    ...(transport === undefined ? {} : { transport }),
    decode: () => {
      throw new SondeError('INTERNAL', 'nobody decodes this');
    },
  });
}
