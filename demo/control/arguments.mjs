// What a user wrote after `npm run demo --`.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultRunFolder } from '../setup/folders.mjs';
import { PART_NAMES } from '../setup/index.mjs';

const UNITS_MS = { s: 1000, m: 60_000, h: 3_600_000 };
const RATE_MAX = 500;
const DAY_MS_MIN = 60_000;
const PORT_MAX = 65_535;

export const USAGE = `A small shop that sends traces, metrics and logs, with faults to switch.

  npm run demo [-- FLAGS]               starts it; Ctrl-C ends it
  npm run demo -- faults                what can be broken, and what one then sees
  npm run demo -- fault NAME on|off     breaks or mends it
  npm run demo -- status                what runs, and how it does

Flags:
  --rate N        requests a second, the mean of a day (default 10)
  --day DURATION  how long a day of traffic takes, such as 20m or 24h (default 24h)
  --port N        the port of the shop's page (default 8090; 0 is any free one)
  --without PART  leaves out ${PART_NAMES.join(', ')} (may be repeated)
  --data FOLDER   where addresses, faults and logs are kept
  -h, --help      this text

Telemetry goes to OTEL_EXPORTER_OTLP_ENDPOINT (OTLP over HTTP), else to the Sonde of this machine.
`;

/** Wrong words of a user; its message is for them. */
export class UsageError extends Error {}

/** `{ command, words, options }`; throws `UsageError`. */
export function readArguments(argv) {
  const { values, positionals } = parse(argv);
  const [command = 'start', ...words] = values.help ? ['help'] : positionals;
  return {
    command,
    words,
    options: {
      rate: numberOf(values.rate, '--rate', 0, RATE_MAX),
      dayMs: durationMs(values.day),
      port: numberOf(values.port, '--port', 0, PORT_MAX),
      without: values.without.map(partOf),
      folder: resolve(values.data ?? defaultRunFolder()),
    },
  };
}

function parse(argv) {
  const options = {
    rate: { type: 'string', default: '10' },
    day: { type: 'string', default: '24h' },
    port: { type: 'string', default: '8090' },
    without: { type: 'string', multiple: true, default: [] },
    data: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  };
  try {
    return parseArgs({ args: argv, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error.message);
  }
}

function numberOf(text, flag, min, max) {
  const value = Number(text);
  if (text !== '' && value >= min && value <= max) return value;
  throw new UsageError(`${flag} takes a number from ${min} to ${max}, not "${text}"`);
}

function durationMs(text) {
  const match = /^(\d+(?:\.\d+)?)([smh])$/.exec(text);
  const ms = match === null ? 0 : Number(match[1]) * UNITS_MS[match[2]];
  if (ms >= DAY_MS_MIN) return ms;
  throw new UsageError(`--day takes a duration of at least 1m, such as 20m, not "${text}"`);
}

function partOf(name) {
  if (PART_NAMES.includes(name)) return name;
  throw new UsageError(`--without takes ${PART_NAMES.join(', ')}, not "${name}"`);
}
