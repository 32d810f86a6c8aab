// The shop's face: pages and a JSON API over catalog, cart and checkout.
const { SpanStatusCode, trace } = require('@opentelemetry/api');
const express = require('express');
const pino = require('pino');
const { keepPage } = require('./leak.cjs');
const { homePage, productPage } = require('./pages.cjs');
const { UpstreamError, callJson } = require('./upstream.cjs');

const log = pino({ base: undefined });
const app = express();
app.use(express.json({ limit: '20kb' }));
app.use((request, _response, next) => {
  annotate({ 'user.id': request.get('x-user'), 'shop.country': request.get('x-country') });
  keepPage(log);
  next();
});

/** Attributes of the request's span; those without a value are left out. */
function annotate(attributes) {
  const span = trace.getActiveSpan();
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) span?.setAttribute(key, value);
  }
}

app.get('/', (_request, response) => response.redirect('/categories/kitchen'));

app.get('/categories/:category', async (request, response) => {
  const { category } = request.params;
  annotate({ 'shop.category': category });
  const products = await callJson('catalog', `/categories/${encodeURIComponent(category)}`);
  response.type('html').send(homePage(category, products));
});

app.get('/products/:id', async (request, response) => {
  const product = await callJson('catalog', `/products/${Number(request.params.id)}`);
  annotate({ 'shop.category': product.category });
  response.type('html').send(productPage(product));
});

app.get('/api/search', async (request, response) => {
  const words = String(request.query.q ?? '');
  const found = await callJson('catalog', `/search?q=${encodeURIComponent(words)}`);
  log.info({ words, found: found.length }, `search found ${found.length} products`);
  response.json(found);
});

app.get('/api/products/:id', async (request, response) => {
  response.json(await callJson('catalog', `/products/${Number(request.params.id)}`));
});

app.post('/api/products/:id/reviews', async (request, response) => {
  const path = `/products/${Number(request.params.id)}/reviews`;
  response
    .status(201)
    .json(await callJson('catalog', path, { method: 'POST', body: request.body }));
});

app.get('/api/carts/:user', async (request, response) => {
  response.json(await callJson('cart', cartPath(request)));
});

app.post('/api/carts/:user/items', async (request, response) => {
  const { productId, quantity } = request.body;
  const product = await callJson('catalog', `/products/${Number(productId)}`);
  annotate({ 'shop.category': product.category });
  const item = { productId: product.id, cents: product.cents, quantity };
  const body = { ...item, name: product.name };
  response.json(await callJson('cart', `${cartPath(request)}/items`, { method: 'POST', body }));
});

app.post('/api/checkout', async (request, response) => {
  const { user, country, card, coupon } = request.body;
  annotate({ 'user.id': user, 'shop.country': country, 'payment.bank': card?.bank });
  const path = `/carts/${encodeURIComponent(user)}`;
  const cart = await callJson('cart', path);
  const body = { user, country, card, coupon, items: cart.items };
  const order = await callJson('checkout', '/orders', { method: 'POST', body });
  await callJson('cart', path, { method: 'DELETE' });
  annotate({ 'shop.order.id': order.id, 'shop.order.cents': order.cents });
  log.info({ order: order.id, cents: order.cents }, `order ${order.id} of ${user} is placed`);
  response.status(201).json(order);
});

function cartPath(request) {
  return `/carts/${encodeURIComponent(request.params.user)}`;
}

// Express knows a handler of errors by its four parameters.
app.use((error, request, response, _next) => {
  const answered = error instanceof UpstreamError ? error.status : 0;
  if (answered >= 400 && answered < 500) {
    log.warn(`${request.method} ${request.path} refused: ${error.message}`);
    response.status(answered).json({ error: error.message });
    return;
  }
  const span = trace.getActiveSpan();
  span?.recordException(error);
  span?.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
  log.error({ err: error }, `${request.method} ${request.path} failed: ${error.message}`);
  response.status(error instanceof UpstreamError ? 502 : 500).json({ error: error.message });
});

const server = app.listen(Number(process.env.PORT), '127.0.0.1', () => {
  log.info(`frontend listens on port ${server.address().port}`);
});
