import { createServer, type ServerHttp2Stream } from 'node:http2';

/**
 * A server of HTTP/2, and of calls as gRPC makes them: a child process of benchmarks of the agent. Every
 * tenth request fails. It says its port when it listens.
 */
const FAILED = '13';

function answerCall(stream: ServerHttp2Stream, number: number): void {
  const headers = { ':status': 200, 'content-type': 'application/grpc' };
  stream.respond(headers, { waitForTrailers: true });
  stream.once('wantTrailers', () => {
    stream.sendTrailers({ 'grpc-status': number % 10 === 0 ? FAILED : '0' });
  });
  stream.end('\0\0\0\0\x05hello');
}

const server = createServer();
server.on('stream', (stream, headers) => {
  const number = Number(String(headers[':path']).split('/').at(-1)?.replace('Say', ''));
  stream.resume().once('end', () => {
    if (headers['content-type'] === 'application/grpc') {
      answerCall(stream, Number(headers['x-number']));
      return;
    }
    stream.respond({ ':status': number % 10 === 0 ? 500 : 200 });
    stream.end('x'.repeat(200));
  });
});
server.listen({ port: 0, host: '127.0.0.1' }, () => {
  const address = server.address();
  if (typeof address === 'object') process.send?.({ port: address?.port });
});
process.once('disconnect', () => process.exit(0));
