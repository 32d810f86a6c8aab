// What a parcel costs. The one service without any SDK: only an agent on the host sees inside.
const { createServer } = require('node:http');
const { isFaultOn } = require('./faults.cjs');

const ZONES = { de: 490, fr: 890, it: 990, pl: 790, us: 2490 };
const DAYS = { de: 2, fr: 3, it: 4, pl: 3, us: 9 };
const REFUSED_OF_TEN = 7;
const LATE_MS = 900;

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://shipping');
  const country = url.searchParams.get('country') ?? 'de';
  const answer = () => {
    if (isFaultOn('failing-dependency') && Math.random() * 10 < REFUSED_OF_TEN) {
      say(`ERROR carrier has no free slot for ${country}, answering 503`);
      send(response, 503, { error: 'the carrier does not answer' });
      return;
    }
    say(`INFO quote for ${country}, ${url.searchParams.get('items')} items`);
    send(response, 200, { cents: ZONES[country] ?? 1990, days: DAYS[country] ?? 7 });
  };
  setTimeout(answer, isFaultOn('failing-dependency') ? LATE_MS : 2 + Math.random() * 8);
});

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function say(line) {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}

server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
