import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { SIGNALS, type Signal } from '@sonde/proto';
import { parse, stringify } from 'yaml';
import { z } from 'zod';

const FOLDER = join(import.meta.dirname, 'cases');

/** Keys of a case that are no processors. */
const OWN_KEYS = {
  name: z.string(),
  /** Signals that are sent; each gets a pipeline of its own. */
  signals: z.array(z.enum(SIGNALS)).default(['traces']),
  /** What is sent: a name in `inputs.ts`. */
  input: z.string().default('mixed'),
  /** Sections in full, where a chain of processors does not say it. `@@` is the case's id. */
  config: z.string().optional(),
  /** Variables of the environment of both. */
  env: z.record(z.string(), z.string()).default({}),
  /** Fields that are the time of writing, and so never equal. */
  ignore: z.array(z.string()).default([]),
  /** Compare also why requests are refused; the wording of networks differs. */
  reasons: z.boolean().default(false),
  /** Items that are awaited before both are stopped, where stopping does not bring them out. */
  awaits: z.int().default(0),
  /** What is sent is sent again and again, as it stands: the last request is compared. */
  last: z.boolean().default(false),
  /** The heading in known-differences.md under which it says why the two are not equal here. */
  difference: z.string().optional(),
};

const CASE = z.object(OWN_KEYS).catchall(z.string());

/** One configuration that both engines run, and what they are sent. */
export interface ConformanceCase {
  /** Part of the ids of its components: `attributes-3`. */
  readonly id: string;
  readonly file: string;
  readonly name: string;
  readonly signals: readonly Signal[];
  readonly input: string;
  readonly yaml: string;
  readonly env: Readonly<Record<string, string>>;
  readonly ignore: readonly string[];
  readonly reasons: boolean;
  readonly awaits: number;
  readonly last: boolean;
  readonly difference: string | undefined;
}

/** Every case of `cases/*.yaml`. Throws for one that is not written as it should be. */
export function readCases(): readonly ConformanceCase[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
  return files.sort().flatMap((name) => {
    const list: unknown = parse(readFileSync(join(FOLDER, name), 'utf8'));
    const file = basename(name, '.yaml');
    return z
      .array(CASE)
      .parse(list)
      .map((raw, index) => caseOf(raw, file, `${file}-${index}`));
  });
}

function caseOf(raw: z.infer<typeof CASE>, file: string, id: string): ConformanceCase {
  const { name, signals, input, config, env, ignore, reasons, awaits, last, difference, ...rest } =
    raw;
  const processors = Object.entries(rest).map(([type, text]) => ({ type, text: String(text) }));
  const yaml = (config ?? chainOf(processors, signals)).replaceAll('@@', id);
  return { id, file, name, signals, input, yaml, env, ignore, reasons, awaits, last, difference };
}

interface Processor {
  readonly type: string;
  readonly text: string;
}

/** One pipeline a signal, through the processors in their order. */
function chainOf(processors: readonly Processor[], signals: readonly Signal[]): string {
  const sections = processors.map(({ type, text }) => `  ${type}/@@:\n${indented(text, 4)}`);
  const ids = processors.map(({ type }) => `${type}/@@`).join(', ');
  const pipelines = signals.map(
    (signal) =>
      `    ${signal}/@@: {receivers: [otlp/@@], processors: [${ids}], exporters: [otlp_http/@@]}`,
  );
  const head = sections.length === 0 ? '' : `processors:\n${sections.join('\n')}\n`;
  return `${head}service:\n  pipelines:\n${pipelines.join('\n')}`;
}

function indented(text: string, by: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(by));
}

/**
 * The receivers and exporters that cases name without saying more: `otlp/@@` listens on a socket
 * named after it, `otlp_http/@@` sends to a path named after it. Neither holds anything back, so an
 * answer to a request means that its output has been sent.
 */
export function endsOf(cases: readonly ConformanceCase[]): string {
  const text = cases.map(({ yaml }) => yaml).join('\n');
  const exporters = [...new Set(text.match(/otlp_http\/[\w-]+/g) ?? [])].map((id) => [
    id,
    {
      endpoint: `\${env:SINK}/${id.replace('otlp_http/', '')}`,
      compression: 'none',
      sending_queue: { enabled: false },
      retry_on_failure: { enabled: false },
    },
  ]);
  const receivers = [...new Set(text.match(/(?<!\w)otlp\/[\w-]+/g) ?? [])].map((id) => [
    id,
    {
      protocols: {
        http: {
          transport: 'unix',
          endpoint: `\${env:RUN}/${id.replace('otlp/', '')}.sock`,
          include_metadata: true,
        },
      },
    },
  ]);
  return stringify({
    receivers: Object.fromEntries(receivers),
    exporters: Object.fromEntries(exporters),
    service: { telemetry: { metrics: { level: 'none' } } },
  });
}
