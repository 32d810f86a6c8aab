// The shop's customers: requests at random moments, more of them at noon and in the evening.

const IN_FLIGHT_MAX = 64;
const REQUEST_TIMEOUT_MS = 15_000;
const USERS = 300;
const PRODUCTS = 500;
const CATEGORIES = ['kitchen', 'garden', 'books', 'toys', 'music'];
const COUNTRIES = ['de', 'de', 'de', 'fr', 'fr', 'it', 'pl', 'us'];
const BANKS = ['alder', 'birch', 'cedar'];
const WORDS = ['kettle', 'rake', 'novel', 'train', 'flute', 'red', 'small', 'atlas'];
const DAY_HOURS = 24;
const DAY_MS = DAY_HOURS * 3_600_000;
const FIRST_HOUR = 8;
const COUPON_SHARE = 0.2;

/** How the day's hours differ; the mean over a day is 1. */
export function rhythm(hour) {
  const bump = (peak, width) => Math.exp(-(((hour - peak) / width) ** 2));
  return 0.328 + 1.464 * bump(12.5, 3.2) + 1.699 * bump(19.5, 2.4) + 0.234 * bump(8.5, 1.5);
}

/** The hour of the shop's day: the clock's where a day takes a day, else it begins at 8 o'clock. */
export function hourAt(now, { dayMs, startedAt }) {
  if (dayMs === DAY_MS) {
    const clock = new Date(now);
    return clock.getHours() + clock.getMinutes() / 60;
  }
  return (FIRST_HOUR + ((now - startedAt) / dayMs) * DAY_HOURS) % DAY_HOURS;
}

function one(list) {
  return list[Math.floor(Math.random() * list.length)];
}

function customer() {
  const number = Math.floor(Math.random() * USERS);
  return { user: `user-${number}`, country: COUNTRIES[number % COUNTRIES.length] };
}

/** What customers do, with how often of a hundred, and which services that takes. */
const JOURNEYS = [
  {
    name: 'browse',
    share: 34,
    needs: ['catalog'],
    steps: () => [`/categories/${one(CATEGORIES)}`],
  },
  { name: 'look', share: 27, needs: ['catalog'], steps: () => [`/products/${productId()}`] },
  { name: 'search', share: 8, needs: ['catalog'], steps: () => [`/api/search?q=${one(WORDS)}`] },
  { name: 'review', share: 4, needs: ['catalog'], steps: reviewSteps },
  { name: 'fill a cart', share: 12, needs: ['catalog', 'cart'], steps: cartSteps },
  { name: 'buy', share: 15, needs: ['catalog', 'cart', 'checkout', 'shipping'], steps: buySteps },
];

function productId() {
  return 1 + Math.floor(Math.random() ** 2 * PRODUCTS);
}

function reviewSteps() {
  const body = { stars: 1 + Math.floor(Math.random() * 5), body: `bought it for a ${one(WORDS)}` };
  return [{ path: `/api/products/${productId()}/reviews`, body }];
}

function cartSteps({ user }) {
  const path = `/api/carts/${user}`;
  return [{ path: `${path}/items`, body: { productId: productId(), quantity: 1 } }, path];
}

function buySteps({ user, country }) {
  const item = { productId: productId(), quantity: 1 + Math.floor(Math.random() * 3) };
  const coupon = Math.random() < COUPON_SHARE ? { coupon: 'SUMMER' } : {};
  return [
    { path: `/api/carts/${user}/items`, body: item },
    { path: '/api/checkout', body: { user, country, card: { bank: one(BANKS) }, ...coupon } },
  ];
}

export class Load {
  #options;
  #journeys;
  #timer;
  #inFlight = 0;
  #counts = { sent: 0, failed: 0, skipped: 0 };

  /** `rate` requests a second, the mean of a day; `services` are those that run. */
  constructor({ base, rate, dayMs, services }) {
    this.#options = { base, rate, dayMs, startedAt: Date.now() };
    this.#journeys = JOURNEYS.filter(({ needs }) => needs.every((name) => services.includes(name)));
  }

  /** `{ sent, failed, skipped, ratePerSecond, hour }`, counted since the start. */
  get report() {
    const hour = hourAt(Date.now(), this.#options);
    const ratePerSecond = this.#options.rate * rhythm(hour);
    return { ...this.#counts, ratePerSecond, hour };
  }

  start() {
    if (this.#journeys.length > 0 && this.#options.rate > 0) this.#wait();
  }

  stop() {
    clearTimeout(this.#timer);
  }

  #wait() {
    const journey = this.#choose();
    const who = customer();
    const steps = journey.steps(who);
    // Poisson: customers do not know of each other, and do not wait for each other's answers.
    const meanMs = (1000 * steps.length) / this.report.ratePerSecond;
    const pauseMs = -Math.log(1 - Math.random()) * meanMs;
    this.#timer = setTimeout(() => {
      this.#wait();
      if (this.#inFlight >= IN_FLIGHT_MAX) this.#counts.skipped += steps.length;
      else void this.#walk(steps, who);
    }, pauseMs);
  }

  #choose() {
    const total = this.#journeys.reduce((sum, { share }) => sum + share, 0);
    let rest = Math.random() * total;
    for (const journey of this.#journeys) {
      rest -= journey.share;
      if (rest < 0) return journey;
    }
    return this.#journeys[0];
  }

  async #walk(steps, who) {
    this.#inFlight += 1;
    for (const step of steps) {
      this.#counts.sent += 1;
      const isWell = await this.#request(typeof step === 'string' ? { path: step } : step, who);
      if (isWell) continue;
      this.#counts.failed += 1;
      break;
    }
    this.#inFlight -= 1;
  }

  /** Whether the answer came and was no failure of the shop. */
  async #request({ path, body }, { user, country }) {
    const headers = { 'x-user': user, 'x-country': country, 'user-agent': 'shop-customer/1.0' };
    const post = { method: 'POST', body: JSON.stringify(body) };
    try {
      const response = await fetch(new URL(path, this.#options.base), {
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
        headers: { ...headers, 'content-type': 'application/json' },
        ...(body === undefined ? {} : post),
      });
      await response.arrayBuffer();
      return response.status < 500;
    } catch {
      return false; // Counted by the caller: nobody answered.
    }
  }
}
