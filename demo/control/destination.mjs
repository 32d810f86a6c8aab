// Where telemetry goes: what the environment says, else the Sonde of this checkout, else its port.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canConnect } from './ports.mjs';

const DEFAULT_ENDPOINT = 'http://127.0.0.1:4318';
const PROTOCOL = 'http/protobuf';

/** `{ endpoint, isThere, said }`: the address, whether somebody listens, and the line to print. */
export async function findDestination(root) {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: given } = process.env;
  const endpoint = (given || localSonde(root) || DEFAULT_ENDPOINT).replace(/\/$/, '');
  const { hostname, port, protocol } = new URL(endpoint);
  const isThere = await canConnect(Number(port || (protocol === 'https:' ? 443 : 80)), hostname);
  const whose = given ? 'as OTEL_EXPORTER_OTLP_ENDPOINT says' : 'the Sonde of this machine';
  const absent = given
    ? 'nobody listens there yet'
    : 'it is not there yet: `npm start` in another terminal starts it';
  const said = `Telemetry goes to ${endpoint}, ${isThere ? whose : absent}.`;
  return { endpoint, isThere, said, warning: protocolWarning() };
}

function protocolWarning() {
  const { OTEL_EXPORTER_OTLP_PROTOCOL: wanted } = process.env;
  if (!wanted || wanted === PROTOCOL) return undefined;
  return `The shop speaks ${PROTOCOL} alone; OTEL_EXPORTER_OTLP_PROTOCOL=${wanted} is not heeded.`;
}

/** The OTLP address that a running `sonde up` wrote down. */
function localSonde(root) {
  const path = join(root, '.sonde/run.json');
  if (!existsSync(path)) return undefined;
  const { pid, otlpHttp } = JSON.parse(readFileSync(path, 'utf8'));
  return existsSync(`/proc/${pid}`) ? otlpHttp : undefined;
}

/** How often services send, where the environment does not say. */
export const SENDING_DEFAULTS = {
  OTEL_METRIC_EXPORT_INTERVAL: '15000',
  OTEL_BSP_SCHEDULE_DELAY: '1000',
  OTEL_BLRP_SCHEDULE_DELAY: '1000',
};

/** The OTEL_* variables that every service has. */
export function telemetryEnvironment(endpoint) {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: PROTOCOL,
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_LOGS_EXPORTER: 'otlp',
    // The stable names of HTTP and databases, where an instrumentation still has older ones.
    OTEL_SEMCONV_STABILITY_OPT_IN: 'http,database',
    OTEL_NODE_RESOURCE_DETECTORS: 'env,host,os,process',
    // The host is measured once, by an agent, not by every service in Python.
    OTEL_PYTHON_SYSTEM_METRICS_EXCLUDED_METRICS: 'system.*',
    OTEL_PYTHON_LOG_CORRELATION: 'true',
    OTEL_EXPERIMENTAL_RESOURCE_DETECTORS: 'otel,process,os,host',
    OTEL_JAVAAGENT_LOGGING: 'application',
    ...javaInstrumentations(),
  };
}

/** What checkout uses, and nothing else of the agent's two hundred: half the time of its start. */
function javaInstrumentations() {
  const used = [
    'JAVA_HTTP_SERVER',
    'JAVA_HTTP_CLIENT',
    'JDBC',
    'HIKARICP',
    'JEDIS',
    'JAVA_UTIL_LOGGING',
    'RUNTIME_TELEMETRY',
    'EXECUTORS',
    'OPENTELEMETRY_API',
    'INTERNAL_CLASS_LOADER',
    'INTERNAL_REFLECTION',
    'INTERNAL_LAMBDA',
  ];
  return {
    OTEL_INSTRUMENTATION_COMMON_DEFAULT_ENABLED: 'false',
    ...Object.fromEntries(used.map((name) => [`OTEL_INSTRUMENTATION_${name}_ENABLED`, 'true'])),
  };
}
