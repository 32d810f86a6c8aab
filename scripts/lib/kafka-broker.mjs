// Apache Kafka for tests and drills: jars from Maven Central once a machine, brokers on loopback.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDirectory } from './cache.mjs';
import { contentHash } from './stamp.mjs';
import { run, say } from './steps.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const CLUSTER_ID = 'MkU3OEVBNTcwNTJENDM2Qg';
const HEAP_MB = 192;
const START_TIMEOUT_MS = 180_000;
const STOP_TIMEOUT_MS = 20_000;
const CONNECT_PAUSE_MS = 50;
const ARCHIVE = 'broker.jsa';
const FORMATTED = 'formatted';

/** The folder of this checkout's broker, whether or not it exists yet. */
export function kafkaDirectory(root) {
  const hash = contentHash(root, ['test/peers/kafka/pom.xml']).slice(0, 16);
  return join(cacheDirectory(), 'kafka', hash);
}

/** Why no broker can be started here; undefined where one can. */
export function kafkaMissing(root = ROOT) {
  if (spawnSync('java', ['-version']).status !== 0) return 'no Java here';
  if (!existsSync(join(kafkaDirectory(root), ARCHIVE))) {
    return 'no Kafka here: npm run setup:kafka';
  }
  return undefined;
}

/** Copies the jars and makes the archive of classes; returns the folder, undefined without Java. */
export async function setupKafka(root) {
  const directory = kafkaDirectory(root);
  if (existsSync(join(directory, ARCHIVE))) return directory;
  for (const tool of ['java', 'mvn']) {
    if (spawnSync(tool, ['-version']).status === 0) continue;
    say(`No ${tool} here: the tests that run a Kafka broker will be skipped.`);
    return undefined;
  }
  say(
    'Fetching Apache Kafka for the tests: 45 MB of jars, 50 MB of loaded classes, once a machine.',
  );
  mkdirSync(directory, { recursive: true });
  copyFileSync(join(root, 'test/peers/kafka/pom.xml'), join(directory, 'pom.xml'));
  const args = ['-q', '-B', 'dependency:copy-dependencies', '-DincludeScope=runtime'];
  const { code } = await run('Kafka: jars', 'mvn', [...args, '-DoutputDirectory=libs'], {
    cwd: directory,
    mayFail: true,
  });
  if (code !== 0) return undefined;
  await archiveClasses(root, directory);
  return directory;
}

/**
 * Keeps what makes later starts fast: an empty formatted folder, and a broker's classes as the JVM
 * writes them down at the end of one life.
 */
async function archiveClasses(root, directory) {
  const scratch = join(directory, 'scratch');
  const archive = join(directory, `${ARCHIVE}.part`);
  await format(root, directory, scratch);
  const options = [`-XX:ArchiveClassesAtExit=${archive}`];
  const cluster = await startBroker({ root, directory: scratch, jvmOptions: options });
  await cluster.stop();
  rmSync(scratch, { recursive: true, force: true });
  if (existsSync(archive)) copyFileSync(archive, join(directory, ARCHIVE));
  rmSync(archive, { force: true });
}

/**
 * Starts a cluster of `nodes` combined brokers and controllers that keep their data in `directory`,
 * on `ports` (two a node: clients, controllers) or free ones. Resolves when all take connections.
 */
export async function startBroker({ root, directory, nodes = 1, ports, jvmOptions, secure }) {
  const taken = ports ?? (await freePorts(nodes * 2));
  const securePorts = secure === undefined ? [] : await freePorts(nodes);
  const all = Array.from({ length: nodes }, (_, index) => ({
    id: index + 1,
    directory: join(directory, String(index + 1)),
    port: taken[index * 2],
    controllerPort: taken[index * 2 + 1],
    securePort: securePorts[index],
    secure,
  }));
  const java = javaOf(root, jvmOptions);
  const started = [];
  try {
    for (const node of all) {
      writeProperties(node, all);
      if (secure === undefined) prepare(root, node);
      else await formatWithUsers(root, node);
    }
    for (const node of all) started.push(new BrokerProcess(java, node));
    await Promise.all(started.map((node) => node.start()));
  } catch (error) {
    await Promise.all(started.map((node) => node.kill()));
    throw error;
  }
  return {
    brokers: all.map(({ port }) => `127.0.0.1:${port}`),
    secureBrokers: securePorts.map((port) => `127.0.0.1:${port}`),
    nodes: started,
    stop: () => Promise.all(started.map((node) => node.stop())).then(() => undefined),
    kill: () => Promise.all(started.map((node) => node.kill())).then(() => undefined),
  };
}

/**
 * The same in a folder of its own, which `end` removes after killing all. For tests. `secure`: a
 * certificate and key in PEM, and a user, for a listener that wants both TLS and SASL. `parent`: where
 * the folder lies.
 */
export async function startScratchBroker(nodes = 1, secure = undefined, parent = tmpdir()) {
  const directory = mkdtempSync(join(parent, 'sonde-kafka-'));
  const cluster = await startBroker({ root: ROOT, directory, nodes, secure });
  const end = async () => {
    await cluster.kill();
    rmSync(directory, { recursive: true, force: true });
  };
  return { ...cluster, end };
}

function javaOf(root, jvmOptions) {
  const directory = kafkaDirectory(root);
  const jars = readdirSync(join(directory, 'libs')).sort();
  const archive = join(directory, ARCHIVE);
  const shared = existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`] : [];
  return [
    `-Xmx${HEAP_MB}m`,
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    ...(jvmOptions ?? shared),
    '-cp',
    jars.map((jar) => join(directory, 'libs', jar)).join(':'),
  ];
}

function writeProperties(node, all) {
  const { id, directory, port, controllerPort } = node;
  mkdirSync(directory, { recursive: true });
  const voters = all.map((node) => `${node.id}@127.0.0.1:${node.controllerPort}`).join(',');
  const replicas = Math.min(3, all.length);
  const lines = [
    'process.roles=broker,controller',
    `node.id=${id}`,
    `controller.quorum.voters=${voters}`,
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names=CONTROLLER',
    'listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    `log.dirs=${join(directory, 'data')}`,
    // Records of tests carry old times; the default keeps a week of them.
    'log.retention.ms=-1',
    'log.cleaner.dedupe.buffer.size=2097152',
    `default.replication.factor=${replicas}`,
    `min.insync.replicas=${Math.max(1, replicas - 1)}`,
    `offsets.topic.replication.factor=${replicas}`,
    'offsets.topic.num.partitions=1',
    `transaction.state.log.replication.factor=${replicas}`,
    `transaction.state.log.min.isr=1`,
    'transaction.state.log.num.partitions=1',
    `share.coordinator.state.topic.replication.factor=${replicas}`,
    'share.coordinator.state.topic.min.isr=1',
    'group.initial.rebalance.delay.ms=0',
    'num.network.threads=1',
    'num.io.threads=2',
    ...secureLines(node),
  ];
  writeFileSync(join(directory, 'server.properties'), `${lines.join('\n')}\n`);
}

/** Lines that come last win: a third listener, with TLS and every mechanism of SASL that Sonde has. */
function secureLines({ port, controllerPort, securePort, secure }) {
  if (secure === undefined) return [];
  const { cert, key, username, password } = secure;
  const user = `username="${username}" password="${password}"`;
  const inOneLine = (pem) => pem.trim().replaceAll('\n', '\\n');
  const login = (mechanism, module, more) =>
    `listener.name.secure.${mechanism}.sasl.jaas.config=org.apache.kafka.common.security.${module} required${more};`;
  const scram = 'scram.ScramLoginModule';
  return [
    `listeners=PLAINTEXT://127.0.0.1:${port},SECURE://127.0.0.1:${securePort},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port},SECURE://127.0.0.1:${securePort}`,
    'listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL',
    'listener.name.secure.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    login('plain', 'plain.PlainLoginModule', ` user_${username}="${password}"`),
    login('scram-sha-256', scram, ` ${user}`),
    login('scram-sha-512', scram, ` ${user}`),
    'listener.name.secure.ssl.keystore.type=PEM',
    `listener.name.secure.ssl.keystore.certificate.chain=${inOneLine(cert)}`,
    `listener.name.secure.ssl.keystore.key=${inOneLine(key)}`,
  ];
}

/** Users of SCRAM are in what a folder is formatted with. */
async function formatWithUsers(root, { directory, secure: { username, password } }) {
  const users = [256, 512].flatMap((bits) => [
    '--add-scram',
    `SCRAM-SHA-${bits}=[name=${username},password=${password}]`,
  ]);
  await runFormat(root, directory, users);
}

/** Has Kafka's own tool format a folder once; brokers start with copies of it. */
async function format(root, directory, scratch) {
  const node = { id: 1, directory: scratch, port: 1, controllerPort: 2 };
  writeProperties(node, [node]);
  await runFormat(root, scratch, []);
  cpSync(join(scratch, 'data'), join(directory, FORMATTED), { recursive: true });
}

async function runFormat(root, directory, more) {
  const file = join(directory, 'server.properties');
  const tool = ['kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', file, ...more];
  const child = spawn('java', [...javaOf(root), ...tool], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collect(child);
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`formatting the broker's folder failed:\n${output()}`);
}

/** A formatted folder for one node: the copy, under its own name. Leaves one with data alone. */
function prepare(root, { id, directory }) {
  const data = join(directory, 'data');
  if (existsSync(data)) return;
  cpSync(join(kafkaDirectory(root), FORMATTED), data, { recursive: true });
  const name = randomBytes(16).toString('base64url');
  const lines = ['version=1', `cluster.id=${CLUSTER_ID}`, `node.id=${id}`, `directory.id=${name}`];
  writeFileSync(join(data, 'meta.properties'), `${lines.join('\n')}\n`);
}

/** One node, by its process id; `start` again after `kill` or `stop` keeps its data. */
class BrokerProcess {
  #java;
  #node;
  #child;
  #onExit = () => this.#child?.kill('SIGKILL');

  constructor(java, node) {
    this.#java = java;
    this.#node = node;
    this.address = `127.0.0.1:${node.port}`;
  }

  get pid() {
    return this.#child?.pid;
  }

  async start() {
    const file = join(this.#node.directory, 'server.properties');
    const child = spawn('java', [...this.#java, 'kafka.Kafka', file], {
      cwd: this.#node.directory,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    process.once('exit', this.#onExit);
    const output = collect(child);
    await untilConnected(this.#node.port, () => {
      if (child.exitCode === null && child.signalCode === null) return undefined;
      return new Error(`the broker ended with ${child.exitCode}:\n${output()}`);
    });
  }

  /** In order; killed when that takes too long. */
  stop() {
    return this.#end('SIGTERM');
  }

  kill() {
    return this.#end('SIGKILL');
  }

  /** Stops the process where it is, or lets it go on. */
  signal(name) {
    this.#child?.kill(name);
  }

  async #end(signal) {
    const child = this.#child;
    process.removeListener('exit', this.#onExit);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await gone;
    clearTimeout(timer);
  }
}

/** The last lines of what a process printed. */
function collect(child) {
  let text = '';
  const add = (chunk) => {
    text = (text + chunk.toString('utf8')).slice(-8000);
  };
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  return () => text;
}

async function untilConnected(port, failure) {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const error = failure();
    if (error !== undefined) throw error;
    if (await canConnect(port)) return;
    if (Date.now() > deadline) throw new Error(`no broker on port ${port} in time`);
    await new Promise((resolve) => setTimeout(resolve, CONNECT_PAUSE_MS));
  }
}

function canConnect(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Free ports, held open together so that they differ. */
async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => listen()));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listen() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
