import { type ClientHttp2Session, connect } from 'node:http2';

/** A client of HTTP/2 (`h2`) or of calls as gRPC makes them (`grpc`): as `load-client.ts`. */
const [mode = 'h2', port = '0', count = '100', connections = '5'] = process.argv.slice(2);
/** Requests at once on each connection. */
const STREAMS = 10;

const sessions: ClientHttp2Session[] = [];

function ask(session: ClientHttp2Session, number: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const isCall = mode === 'grpc';
    const stream = session.request(
      isCall
        ? {
            ':method': 'POST',
            ':path': '/bench.Load/Say',
            'content-type': 'application/grpc',
            'x-number': String(number),
          }
        : { ':path': `/r/${number}` },
    );
    stream.resume().once('end', resolve).once('error', reject);
    if (isCall) stream.end('\0\0\0\0\x05hello');
  });
}

async function askAll(): Promise<number> {
  let next = 1;
  const workers = sessions.flatMap((session) => Array.from({ length: STREAMS }, () => session));
  await Promise.all(
    workers.map(async (session) => {
      while (next <= Number(count)) await ask(session, next++);
    }),
  );
  return Number(count);
}

process.on('message', async (word) => {
  if (word === 'connect') {
    for (let i = 0; i < Number(connections); i++) {
      const session = connect(`http://127.0.0.1:${port}`);
      sessions.push(session);
      await ask(session, 1);
    }
    process.send?.('connected');
  } else if (word === 'go') {
    const before = process.cpuUsage();
    const asked = await askAll();
    const { user, system } = process.cpuUsage(before);
    process.send?.({ asked, cpuUs: user + system });
  }
});
process.once('disconnect', () => process.exit(0));
