import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';

/**
 * The server that benchmarks of the agent ask: a child process. Every tenth request fails. It says
 * its port when it listens, busies itself as long as it is told before each answer, and says by its
 * own clock how long that took when it is asked. With a certificate and a key it speaks TLS.
 */
const [busyText = '0', certFile = '', keyFile = ''] = process.argv.slice(2);
const busyUs = Number(busyText);
const BODY = JSON.stringify({ said: 'x'.repeat(200) });

/** Milliseconds, from the request's event to its answer's last byte written. */
const spent = { count: 0, totalMs: 0 };

const answer: RequestListener = (request, response) => {
  const began = performance.now();
  const until = performance.now() + busyUs / 1000;
  while (performance.now() < until) {
    // Work, as a handler would do it.
  }
  const number = Number(request.url?.split('/').at(-1) ?? 1);
  response.statusCode = number % 10 === 0 ? 500 : 200;
  response.setHeader('content-type', 'application/json');
  // Written when this returns: the kernel has it.
  response.end(BODY);
  spent.count++;
  spent.totalMs += performance.now() - began;
};

const server =
  certFile === ''
    ? createServer(answer)
    : createSecureServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, answer);

server.keepAliveTimeout = 120_000;
server.listen({ port: 0, host: process.env['LOAD_HOST'] ?? '127.0.0.1', backlog: 4096 }, () => {
  const address = server.address();
  if (typeof address === 'object') process.send?.({ port: address?.port });
});
process.on('message', () => process.send?.(spent));
process.once('disconnect', () => process.exit(0));
