// The running shop: its servers, its services, its customers and its faults.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from './child.mjs';
import { Database } from './database.mjs';
import { findDestination, SENDING_DEFAULTS, telemetryEnvironment } from './destination.mjs';
import { FAULTS } from './faults.mjs';
import { Load } from './load.mjs';
import { freePorts, portOrFree } from './ports.mjs';
import { addressesOf, BAD_PAYMENT_VERSION, identityOf, recipeOf, servicesOn } from './recipes.mjs';
import { redisRecipe, redisUrl } from './redis.mjs';

const PASSWORD_BYTES = 12;
const INDEX = 'reviews_product_id';

export class Shop {
  #root;
  #parts;
  #options;
  #say;
  #children = [];
  #database;
  #load;
  #environment = {};
  #faults = new Set();
  #isEnding = false;

  /** `parts`: what `setupShop` answered; `options`: what `readArguments` read. */
  constructor({ root, parts, options, say }) {
    this.#root = root;
    this.#parts = parts;
    this.#options = options;
    this.#say = say;
  }

  /** Resolves when everything that can run does, and customers come. */
  async start() {
    const { folder } = this.#options;
    mkdirSync(join(folder, 'logs'), { recursive: true });
    this.#writeFaults();
    this.destination = await findDestination(this.#root);
    this.#say(this.destination.said);
    if (this.destination.warning !== undefined) this.#say(this.destination.warning);
    const services = servicesOn(this.#parts);
    const ports = await this.#choosePorts(services);
    this.#environment = {
      ...SENDING_DEFAULTS,
      ...process.env,
      ...telemetryEnvironment(this.destination.endpoint),
      ...addressesOf(ports),
      SHOP_FAULTS_FILE: this.#faultsPath,
    };
    await this.#startServers();
    await Promise.all(services.map((service) => this.#launch(this.#recipe(service, ports))));
    if (this.#isEnding) return;
    this.page = `http://127.0.0.1:${ports.frontend}`;
    const names = services.map(({ name }) => name);
    this.#load = new Load({ ...this.#options, base: this.page, services: names });
    this.#load.start();
  }

  /** Ends all of it in order: customers, services, servers. Safe to call twice. */
  async stop() {
    this.#isEnding = true;
    this.#load?.stop();
    const isServer = ({ name }) => name === 'postgres' || name === 'redis';
    const servers = this.#children.filter(isServer);
    const services = this.#children.filter((child) => !isServer(child));
    await Promise.all(services.map((child) => child.stop()));
    await Promise.all(servers.map((child) => child.stop()));
    this.#database?.remove();
    rmSync(this.#faultsPath, { force: true });
  }

  /** Switches a fault and answers with what that did; throws for one whose service is not here. */
  async switchFault(fault, isOn) {
    if (this.#childOf(fault.service) === undefined) {
      throw new Error(`${fault.service} is not running here, so it cannot have ${fault.name}`);
    }
    if (this.#faults.has(fault.name) === isOn) return `${fault.name} is ${onOff(isOn)} already`;
    if (isOn) this.#faults.add(fault.name);
    else this.#faults.delete(fault.name);
    this.#writeFaults();
    await this.#act(fault.name, isOn);
    const line = `${fault.name} is ${onOff(isOn)}`;
    this.#say(line);
    return isOn ? `${line}: ${fault.see}` : line;
  }

  /** What `status` prints. */
  get report() {
    const services = this.#children.map((child) => ({
      name: child.name,
      pid: child.pid,
      port: child.port,
      version: child.version,
      memoryMb: child.pid === undefined ? 0 : proportionalMb(child.pid),
    }));
    const own = { name: 'demo', pid: process.pid, memoryMb: ownMb(process.pid) };
    return {
      page: this.page,
      endpoint: this.destination.endpoint,
      services: [...services, own],
      load: this.#load?.report,
      faults: FAULTS.map(({ name }) => ({ name, isOn: this.#faults.has(name) })),
    };
  }

  get #faultsPath() {
    return join(this.#options.folder, 'faults');
  }

  async #choosePorts(services) {
    const ports = {};
    const others = services.filter(({ name, hasPort = true }) => name !== 'frontend' && hasPort);
    const free = await freePorts(others.length);
    others.forEach(({ name }, index) => {
      ports[name] = free[index];
    });
    if (!services.some(({ name }) => name === 'frontend')) return ports;
    const wanted = this.#options.port;
    ports.frontend = await portOrFree(wanted);
    if (wanted !== 0 && ports.frontend !== wanted) {
      this.#say(`Port ${wanted} is taken: the shop's page is on ${ports.frontend}.`);
    }
    return ports;
  }

  async #startServers() {
    const { postgres, redis } = this.#parts;
    const [databasePort, redisPort] = await freePorts(2);
    const password = randomBytes(PASSWORD_BYTES).toString('hex');
    if (postgres.ready !== undefined) {
      const place = { root: this.#root, port: databasePort, password };
      this.#database = new Database(postgres.ready, place);
      this.#say('postgres: making its folder ...');
      await this.#launch(await this.#database.prepare());
      await this.#database.fill();
      Object.assign(this.#environment, this.#database.variables);
    }
    if (redis.ready !== undefined) {
      const place = { port: redisPort, password, folder: this.#options.folder };
      await this.#launch(redisRecipe(redis.ready, place));
      this.#environment.REDIS_URL = redisUrl(place);
    }
  }

  #recipe(service, ports) {
    const context = { root: this.#root, parts: this.#parts, ports };
    return recipeOf(service, { ...context, environment: this.#environment });
  }

  async #launch(recipe) {
    if (this.#isEnding) return;
    const started = Date.now();
    const logPath = join(this.#options.folder, 'logs', `${recipe.name}.log`);
    const child = new Child(recipe, { logPath, say: this.#say });
    this.#children.push(child);
    this.#say(`${recipe.name}: starting ...`);
    await child.start();
    this.#say(`${recipe.name}: up after ${((Date.now() - started) / 1000).toFixed(1)} s`);
  }

  #childOf(name) {
    return this.#children.find((child) => child.name === name);
  }

  /** What services cannot do to themselves. */
  async #act(name, isOn) {
    if (name === 'missing-index') {
      const make = `CREATE INDEX IF NOT EXISTS ${INDEX} ON reviews (product_id)`;
      await this.#database.query(isOn ? `DROP INDEX IF EXISTS ${INDEX}` : make);
    }
    if (name === 'bad-version') {
      const { version } = servicesOn(this.#parts).find((service) => service.name === 'payment');
      const next = isOn ? BAD_PAYMENT_VERSION : version;
      const payment = this.#childOf('payment');
      const port = { PORT: String(payment.port) };
      const env = { ...this.#environment, ...identityOf('payment', next), ...port };
      await payment.redeploy({ version: next, env });
    }
  }

  /** As a whole or not at all: services read it while it is written. */
  #writeFaults() {
    const part = `${this.#faultsPath}.part`;
    writeFileSync(part, [...this.#faults].map((name) => `${name}\n`).join(''));
    renameSync(part, this.#faultsPath);
  }
}

function onOff(isOn) {
  return isOn ? 'on' : 'off';
}

/** Memory of a process and its children, shared pages divided among those who share them. */
function proportionalMb(pid) {
  return childrenOf(pid).reduce((sum, child) => sum + proportionalMb(child), ownMb(pid));
}

function childrenOf(pid) {
  return readOr(`/proc/${pid}/task/${pid}/children`, '').split(' ').filter(Boolean);
}

function ownMb(pid) {
  const [, kilobytes = '0'] = /^Pss:\s+(\d+)/m.exec(readOr(`/proc/${pid}/smaps_rollup`, '')) ?? [];
  return Number(kilobytes) / 1024;
}

/** A file of the kernel; `instead` where the process ended meanwhile or the kernel does not tell. */
function readOr(path, instead) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return instead;
  }
}
