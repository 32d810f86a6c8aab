import {
  Entry,
  EntryLabels,
  type EntryMap,
  LogDelivery,
  OperatorChain,
  RecordQueue,
  WarningGate,
} from '@sonde/log-operators';
import type { Component, Consumer, Host, Logger } from '@sonde/pipeline';
import type { SyslogReceiverConfig } from './config.ts';
import { type MessageSink, TcpInput } from './tcp-input.ts';
import { UdpInput } from './udp-input.ts';

export interface SyslogOptions {
  readonly id: string;
  readonly logger: Logger;
  readonly config: SyslogReceiverConfig;
  readonly next: Consumer;
}

/** Listens for syslog messages. They wait in a bounded queue while the pipeline works. */
export class SyslogReceiver implements Component {
  readonly #options: SyslogOptions;
  readonly #queue: RecordQueue;
  readonly #tcp: TcpInput | undefined;
  readonly #udp: UdpInput | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  /** Where it listens; 0 before it has started and for what is not configured. */
  readonly ports: { tcp: number; udp: number } = { tcp: 0, udp: 0 };

  constructor(options: SyslogOptions) {
    const { config, id, logger } = options;
    this.#options = options;
    const warnings = new WarningGate(logger);
    const delivery = new LogDelivery({ ...options, retry: config.retry_on_failure });
    const specs = [config.parser, ...config.operators];
    const chain = new OperatorChain(specs, { receiver: id, logger });
    this.#queue = new RecordQueue({ delivery, chain });
    const sink = this.#sink(warnings);
    const framing = config;
    if (config.tcp !== undefined) {
      this.#tcp = new TcpInput({ config: config.tcp, framing, sink, warnings });
    }
    if (config.udp !== undefined) {
      const onDropped = (): void => delivery.countDropped(1, 'queue_full');
      this.#udp = new UdpInput({ config: config.udp, sink, warnings, onDropped });
    }
  }

  start(_host: Host): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** Listens no more and hands on what came, until `deadline`. */
  shutdown(deadline: AbortSignal): Promise<void> {
    this.#stopping ??= this.#close(deadline);
    return this.#stopping;
  }

  async #start(): Promise<void> {
    this.#queue.start();
    this.ports.tcp = (await this.#tcp?.start()) ?? 0;
    this.ports.udp = (await this.#udp?.start()) ?? 0;
    this.#options.logger.info('Listening for syslog', { ...this.ports });
  }

  async #close(deadline: AbortSignal): Promise<void> {
    await this.#starting?.catch(() => undefined);
    await Promise.all([this.#tcp?.close(), this.#udp?.close()]);
    await this.#queue.shutdown(deadline);
  }

  #sink(warnings: WarningGate): MessageSink {
    const queue = this.#queue;
    const labels = new EntryLabels(this.#options.config);
    return {
      get full(): boolean {
        return queue.full;
      },
      drained: () => queue.drained(),
      take: (message: string, peer: EntryMap | undefined, transport) => {
        const entry = new Entry(message, BigInt(Date.now()) * 1_000_000n);
        if (peer !== undefined) entry.attributes = new Map(peer);
        const problem = labels.apply(entry);
        if (problem !== undefined) warnings.warn('Failed to add attributes', { error: problem });
        queue.push(entry, transport);
      },
    };
  }
}
