import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { WarningGate } from '@sonde/log-operators';
import { listenAddress, listenProblem, SondeError } from '@sonde/pipeline';
import type { SyslogReceiverConfig } from './config.ts';
import { HostNames } from './host-names.ts';
import { LOG_BYTES_MIN } from './limits.ts';
import { MessageCutter } from './message-cutter.ts';
import { peerLabels } from './peer-labels.ts';
import type { MessageSink } from './tcp-input.ts';

export interface UdpInputOptions {
  readonly config: NonNullable<SyslogReceiverConfig['udp']>;
  readonly sink: MessageSink;
  readonly warnings: WarningGate;
  readonly onDropped: () => void;
}

/** Takes messages from packets; what comes while the sink is full is dropped and counted. */
export class UdpInput {
  readonly #options: UdpInputOptions;
  readonly #names = new HostNames();
  readonly #cutter: MessageCutter;
  #socket: Socket | undefined;

  constructor(options: UdpInputOptions) {
    const { config } = options;
    this.#options = options;
    // A packet is one message, unless a pattern divides it.
    this.#cutter = new MessageCutter(
      {
        ...config,
        one_log_per_packet: config.multiline === undefined || config.one_log_per_packet,
        max_log_size: LOG_BYTES_MIN,
        max_connections: 0,
        connection_idle_timeout: 0,
      },
      { enable_octet_counting: false },
    );
  }

  /** Rejects with upstream's text when the port cannot be opened. Resolves with the port. */
  async start(): Promise<number> {
    const { config, warnings } = this.#options;
    const { host, port } = listenAddress(config.listen_address);
    const socket = createSocket(host === undefined || host.includes(':') ? 'udp6' : 'udp4');
    await new Promise<void>((resolve, reject) => {
      const fail = (error: Error): void => {
        const text = `failed to open connection: ${listenProblem(error)}`;
        reject(new SondeError('INTERNAL', text, { cause: error }));
      };
      socket.once('error', fail);
      socket.bind({ port, ...(host === undefined ? {} : { address: host }) }, () => {
        socket.off('error', fail);
        socket.on('error', (error) => warnings.warn('Socket error', { error: error.message }));
        resolve();
      });
    });
    socket.on('message', (packet, from) => this.#take(packet, from));
    this.#socket = socket;
    return socket.address().port;
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) return;
    await new Promise<void>((resolve) => {
      socket.close(() => resolve());
    });
  }

  #take(packet: Buffer, from: RemoteInfo): void {
    const { config, sink, warnings, onDropped } = this.#options;
    if (sink.full) {
      onDropped();
      warnings.warn('The pipeline is behind: packets are dropped.');
      return;
    }
    const local = this.#socket?.address();
    const peer = {
      transport: 'IP.UDP',
      peerAddress: from.address,
      peerPort: from.port,
      hostAddress: local?.address ?? '',
      hostPort: local?.port ?? 0,
    } as const;
    const labels = config.add_attributes ? peerLabels(peer, this.#names) : undefined;
    for (const messages of [this.#cutter.add(packet), this.#cutter.end()]) {
      for (const message of messages) sink.take(message, labels, 'udp');
    }
  }
}
