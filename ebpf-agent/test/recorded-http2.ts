import { connect as connectHttp2, createServer } from 'node:http2';
import { type AddressInfo, connect, createServer as createProxy } from 'node:net';

/** What one side sent, in the order of both. */
export interface Sent {
  readonly isRequest: boolean;
  readonly data: Buffer;
}

export const REQUESTS = 40;

async function portOf(server: {
  listen(port: number, host: string, done: () => void): unknown;
  address(): unknown;
}): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port }: AddressInfo = JSON.parse(JSON.stringify(server.address()));
  return port;
}

/** A conversation of node's own client and server, recorded between them. */
export async function converse(): Promise<readonly Sent[]> {
  const server = createServer((request, response) => {
    const isNine = request.url.split('?')[0]?.endsWith('9') === true;
    response.writeHead(isNine ? 503 : 200, { 'x-of': request.url });
    response.end('x'.repeat(100));
  });
  const serverPort = await portOf(server);
  const sent: Sent[] = [];
  const proxy = createProxy((socket) => {
    const upstream = connect(serverPort, '127.0.0.1');
    socket.on('data', (data) => {
      sent.push({ isRequest: true, data });
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      sent.push({ isRequest: false, data });
      socket.write(data);
    });
    socket.on('close', () => upstream.destroy());
  });
  const client = connectHttp2(`http://127.0.0.1:${await portOf(proxy)}`);
  for (let i = 0; i < REQUESTS; i++) {
    await new Promise<void>((resolve, reject) => {
      const headers = { ':path': `/things/${i % 15}?secret=${i}`, authorization: `Bearer ${i}` };
      const stream = client.request({ ...headers, 'x-number': String(i) });
      stream.resume().once('end', resolve).once('error', reject);
      stream.end();
    });
  }
  client.destroy();
  proxy.close();
  server.close();
  return sent;
}
