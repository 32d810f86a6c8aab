import {
  type handleUnaryCall,
  type Metadata,
  Server,
  ServerCredentials,
  type StatusObject,
} from '@grpc/grpc-js';
import { EXPORT_PATHS, SIGNALS, type Signal } from '@sonde/proto';
import { onTestFinished } from 'vitest';

export interface Received {
  readonly signal: Signal;
  readonly metadata: Metadata;
  readonly body: Buffer;
}

/** Bytes of a response, a status, or no answer at all. */
export type Answer = Uint8Array | Partial<StatusObject> | 'hang';

const identity = (bytes: Buffer): Buffer => bytes;

/** The export services on the real grpc-js, answering as the test says. */
export class Backend {
  readonly received: Received[] = [];
  readonly server: Server = new Server();
  answer: (request: Received, index: number) => Answer | Promise<Answer> = () => new Uint8Array(0);

  constructor() {
    for (const signal of SIGNALS) {
      const handle: handleUnaryCall<Buffer, Buffer> = async (call, done) => {
        const received = { signal, metadata: call.metadata, body: call.request };
        this.received.push(received);
        const answer = await this.answer(received, this.received.length - 1);
        if (answer === 'hang') return;
        if (answer instanceof Uint8Array) done(null, Buffer.from(answer));
        else done({ details: '', ...answer });
      };
      this.server.register(EXPORT_PATHS[signal].grpc, handle, identity, identity, 'unary');
    }
  }

  /** Resolves with `127.0.0.1:port`, or with the address of a socket. */
  async listen(
    address = '127.0.0.1:0',
    credentials: ServerCredentials = ServerCredentials.createInsecure(),
  ): Promise<string> {
    const port = await new Promise<number>((resolve, reject) => {
      this.server.bindAsync(address, credentials, (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
    onTestFinished(() => this.close());
    return address.startsWith('unix:') ? address : `127.0.0.1:${port}`;
  }

  close(): void {
    this.server.forceShutdown();
  }
}
