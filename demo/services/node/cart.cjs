// Carts in Redis: a hash a user, one field a product, gone after a day.
const { trace } = require('@opentelemetry/api');
const express = require('express');
const pino = require('pino');
const { createClient } = require('redis');

const KEEP_SECONDS = 86_400;
const ITEMS_MAX = 20;

const log = pino({ base: undefined });
const redis = createClient({ url: process.env.REDIS_URL });
redis.on('error', (error) => log.error({ err: error }, `Redis: ${error.message}`));

const app = express();
app.use(express.json({ limit: '20kb' }));

function keyOf(request) {
  return `cart:${request.params.user}`;
}

async function itemsOf(request) {
  const fields = await redis.hGetAll(keyOf(request));
  return Object.values(fields).map((value) => JSON.parse(value));
}

app.get('/carts/:user', async (request, response) => {
  const items = await itemsOf(request);
  trace.getActiveSpan()?.setAttribute('shop.cart.items', items.length);
  response.json({ items });
});

app.post('/carts/:user/items', async (request, response) => {
  const key = keyOf(request);
  if ((await redis.hLen(key)) >= ITEMS_MAX) {
    log.warn(`cart of ${request.params.user} is full`);
    response.status(409).json({ error: `a cart holds ${ITEMS_MAX} products` });
    return;
  }
  const item = request.body;
  await redis
    .multi()
    .hSet(key, String(item.productId), JSON.stringify(item))
    .expire(key, KEEP_SECONDS)
    .exec();
  log.info(`product ${item.productId} is in the cart of ${request.params.user}`);
  response.json(item);
});

app.delete('/carts/:user', async (request, response) => {
  await redis.del(keyOf(request));
  response.status(204).end();
});

app.use((error, request, response, _next) => {
  trace.getActiveSpan()?.recordException(error);
  log.error({ err: error }, `${request.method} ${request.path} failed: ${error.message}`);
  response.status(500).json({ error: error.message });
});

redis.connect().then(() => {
  const server = app.listen(Number(process.env.PORT), '127.0.0.1', () => {
    log.info(`cart listens on port ${server.address().port}`);
  });
});
