import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { type InFlightBytes, resolveHost } from '@sonde/intake';
import {
  clientInfo,
  DEFAULT_TENANT,
  listenProblem,
  parseEndpoint,
  SondeError,
} from '@sonde/pipeline';
import type { UdpConfig } from './config.ts';
import type { SpanIntake } from './span-intake.ts';

export interface AgentPortOptions {
  readonly config: UdpConfig;
  readonly protocol: 'compact' | 'binary';
  readonly intake: SpanIntake;
  readonly inFlight: InFlightBytes;
  /** Told of each datagram that is lost. */
  refused(transport: string, error: SondeError): void;
  /** Told when the socket fails. */
  failed(error: Error): void;
}

interface Datagram {
  readonly bytes: Buffer;
  readonly address: string;
}

/**
 * A port of Jaeger's agent. Nobody is told what becomes of a datagram: what the pipeline does not take
 * is lost and counted, as with every agent.
 */
export class AgentPort {
  readonly #options: AgentPortOptions;
  /** At most `queue_size`. */
  readonly #waiting: Datagram[] = [];
  #workers = 0;
  #socket: Socket | undefined;
  #drained: () => void = () => undefined;

  constructor(options: AgentPortOptions) {
    this.#options = options;
  }

  get transport(): string {
    return `udp_thrift_${this.#options.protocol}`;
  }

  /** Resolves to the bound address. Rejects with `SondeError` and Go's text. */
  async listen(): Promise<string> {
    const { endpoint, socket_buffer_size: bufferBytes } = this.#options.config;
    const parsed = parseEndpoint(endpoint);
    if (!parsed.ok) throw new SondeError('INTERNAL', parsed.reason);
    const host = await resolveHost(parsed.endpoint.host);
    const socket = createSocket({
      type: isIPv6(host) ? 'udp6' : 'udp4',
      ...(bufferBytes > 0 ? { recvBufferSize: bufferBytes } : {}),
    });
    await bind(socket, { address: host, port: parsed.endpoint.port });
    socket.on('error', this.#options.failed);
    socket.on('message', (bytes, { address }) => this.#take({ bytes, address }));
    this.#socket = socket;
    const { address, port } = socket.address();
    return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  }

  /** Takes no more datagrams and waits for those that came, until `deadline` aborts. */
  async close(deadline: AbortSignal): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#socket = undefined;
    await new Promise<void>((resolve) => socket.close(() => resolve()));
    if (this.#workers === 0) return;
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
      deadline.addEventListener('abort', () => resolve(), { once: true });
      if (deadline.aborted) resolve();
    });
    const lost = this.#waiting.splice(0);
    for (const _ of lost) this.#refuse('SHUTTING_DOWN', 'a datagram had no time left');
  }

  #take(datagram: Datagram): void {
    const { max_packet_size: bytesMax, queue_size: queueMax, workers } = this.#options.config;
    if (datagram.bytes.length > bytesMax) {
      this.#refuse('TOO_LARGE', `a datagram of more than ${bytesMax} bytes`);
    } else if (this.#workers < workers) {
      void this.#work(datagram);
    } else if (this.#waiting.length < queueMax) {
      this.#waiting.push(datagram);
    } else {
      this.#refuse('OVERLOADED', `more than ${queueMax} datagrams wait`);
    }
  }

  /** Takes datagrams until none waits; never rejects. */
  async #work(first: Datagram): Promise<void> {
    this.#workers += 1;
    let next: Datagram | undefined = first;
    while (next !== undefined) {
      await this.#handOn(next);
      next = this.#waiting.shift();
    }
    this.#workers -= 1;
    if (this.#workers === 0) this.#drained();
  }

  async #handOn({ bytes, address }: Datagram): Promise<void> {
    const { intake, inFlight, protocol, refused } = this.#options;
    const account = inFlight.open();
    try {
      account.take(bytes.length);
      await intake.take({
        format: protocol === 'compact' ? 'agent_compact' : 'agent_binary',
        bytes,
        tenant: DEFAULT_TENANT,
        client: clientInfo({ address }),
        account,
        transport: this.transport,
      });
    } catch (error) {
      refused(this.transport, SondeError.from(error));
    } finally {
      account.close();
    }
  }

  #refuse(code: 'TOO_LARGE' | 'OVERLOADED' | 'SHUTTING_DOWN', words: string): void {
    this.#options.refused(this.transport, new SondeError(code, words));
  }
}

function bind(socket: Socket, at: { address: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error): void => {
      const words = listenProblem(error).replace('listen tcp', 'listen udp');
      socket.close();
      reject(new SondeError('INTERNAL', words, { cause: error }));
    };
    socket.once('error', refuse);
    socket.bind(at, () => {
      socket.off('error', refuse);
      resolve();
    });
  });
}
