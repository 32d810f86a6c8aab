// The faults of the shop: what is broken, and what one should then see.

/** In the order in which they are listed. */
export const FAULTS = [
  {
    name: 'slow-query',
    service: 'catalog',
    does: 'one statement of the category `garden` takes 0.8 s in PostgreSQL (pg_sleep)',
    see: 'GET /categories/:category of the frontend is slow for shop.category = garden alone; the time is in the span of the SELECT',
  },
  {
    name: 'missing-index',
    service: 'postgres',
    does: 'the index of the table reviews is dropped; the table grows with every review',
    see: 'GET /products/<id> of catalog is slower for every product; one SELECT on reviews is the reason',
  },
  {
    name: 'failing-dependency',
    service: 'shipping',
    does: 'shipping, which has no SDK, answers late, and 503 to seven requests of ten',
    see: 'POST /orders of checkout fails with ServiceFailure; its client span to /quote has status 503',
  },
  {
    name: 'exception',
    service: 'catalog',
    does: 'the stars of a product are divided by the number of its one-star reviews',
    see: 'ZeroDivisionError with a traceback on GET /products/<id>; 500 in catalog, 502 in the frontend',
  },
  {
    name: 'log-error',
    service: 'email',
    does: 'mails go out with a hole: the template lacks a field',
    see: 'a log pattern of severity ERROR that was never there before; no request fails',
  },
  {
    name: 'leak',
    service: 'frontend',
    does: 'pages are kept at every request, up to 200 MB; off lets them go',
    see: 'v8js.memory.heap.used and the process grow in steps, garbage collections take longer',
  },
  {
    name: 'bad-version',
    service: 'payment',
    does: 'payment is deployed as 1.10.0: every charge is slower, cards of bank cedar panic',
    see: 'errors begin with service.version 1.10.0, for payment.bank = cedar; a stack trace of Go',
  },
  {
    name: 'full-pool',
    service: 'checkout',
    does: 'a report takes every connection of the pool, again and again',
    see: 'SQLTransientConnectionException after 2 s; db.client.connection.pending_requests above zero',
  },
];

/** The fault of that name; undefined where there is none. */
export function faultOf(name) {
  return FAULTS.find((fault) => fault.name === name);
}
