// Which processes the shop has and how each is started: the only file that knows all of them.
import { join } from 'node:path';
import { javaFiles } from '../setup/languages.mjs';

/** What services need besides their own part, so that one without the other is not started. */
const SERVICES = [
  { name: 'shipping', part: 'node', version: '1.2.0' },
  { name: 'cart', part: 'node', version: '2.1.0', needs: ['redis'] },
  { name: 'catalog', part: 'python', version: '3.0.2', needs: ['postgres'] },
  { name: 'email', part: 'python', version: '1.0.7', needs: ['redis'], hasPort: false },
  { name: 'payment', part: 'go', version: '1.9.3' },
  { name: 'checkout', part: 'java', version: '2.4.0', needs: ['postgres', 'redis'] },
  { name: 'frontend', part: 'node', version: '5.3.1' },
];

export const BAD_PAYMENT_VERSION = '1.10.0';

/** The services that can run on these parts, in the order of their start. */
export function servicesOn(parts) {
  const isThere = (part) => parts[part]?.ready !== undefined;
  return SERVICES.filter(({ part, needs = [] }) => [part, ...needs].every(isThere));
}

/** The names and ports of services as the environment of those who call them. */
export function addressesOf(ports) {
  return Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [
      `${name.toUpperCase()}_URL`,
      `http://127.0.0.1:${port}`,
    ]),
  );
}

/** What starts one service: `Child`'s recipe. */
export function recipeOf(service, { root, parts, ports, environment }) {
  const { name, version } = service;
  const port = ports[name];
  return {
    ...commandOf(service, root, parts),
    name,
    version,
    port,
    cwd: join(root, 'demo/services'),
    env: { ...environment, ...identityOf(name, version), PORT: String(port ?? '') },
  };
}

/** The part of the environment that says who it is, by OpenTelemetry's semantic conventions. */
export function identityOf(name, version) {
  const resource = [
    'service.namespace=shop',
    `service.version=${version}`,
    `service.instance.id=${name}-${Date.now().toString(36)}`,
    'deployment.environment.name=production',
  ];
  return {
    OTEL_SERVICE_NAME: name,
    OTEL_RESOURCE_ATTRIBUTES: resource.join(','),
    SHOP_VERSION: version,
  };
}

function commandOf({ name, part }, root, parts) {
  const folder = parts[part].ready;
  if (name === 'shipping') {
    const file = join(root, 'demo/services/node/shipping.cjs');
    return { command: process.execPath, args: ['--max-old-space-size=32', file] };
  }
  if (part === 'node') return nodeCommand(folder, name);
  if (part === 'python') return pythonCommand(folder, root, name);
  if (part === 'go') return { command: join(folder, 'payment'), args: [] };
  return javaCommand(folder);
}

function nodeCommand(folder, name) {
  // The leak of the frontend is bounded at 200 MB: with it on, the heap still has room.
  const heap = name === 'frontend' ? 320 : 64;
  const telemetry = join(folder, 'telemetry.cjs');
  const memory = [`--max-old-space-size=${heap}`, '--max-semi-space-size=2', '--expose-gc'];
  const flags = [...memory, '--require', telemetry];
  return { command: process.execPath, args: [...flags, join(folder, `${name}.cjs`)] };
}

function pythonCommand(folder, root, name) {
  const file = name === 'email' ? 'mailer.py' : `${name}.py`;
  const program = join(root, 'demo/services/python', file);
  return {
    command: join(folder, 'bin/opentelemetry-instrument'),
    args: [join(folder, 'bin/python'), '-B', program],
  };
}

function javaCommand(folder) {
  const { agent, classPath } = javaFiles(folder);
  const memory = ['-Xmx128m', '-Xss512k', '-XX:ReservedCodeCacheSize=48m', '-XX:+UseSerialGC'];
  const flags = [...memory, '-XX:TieredStopAtLevel=1', `-javaagent:${agent}`];
  return { command: 'java', args: [...flags, '-cp', classPath, 'shop.Checkout'] };
}
