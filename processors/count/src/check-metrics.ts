import { CompileError, DATAPOINTS, LOGS, METRICS, placeHint, SPANEVENTS, SPANS } from '@sonde/ottl';
import type { CountedMetric } from './counted-metric.ts';
import type { SectionName } from './sections.ts';

interface Problem {
  readonly text: string;
  readonly hint?: string;
}

/** Compiles a condition of each section. */
const COMPILE: Readonly<Record<SectionName, (text: string) => unknown>> = {
  spans: (text) => SPANS.condition(text),
  spanevents: (text) => SPANEVENTS.condition(text),
  metrics: (text) => METRICS.condition(text),
  datapoints: (text) => DATAPOINTS.condition(text),
  logs: (text) => LOGS.condition(text),
};

/** What is wrong with a metric, in upstream's words and order; undefined when nothing is. */
export function problemOf(section: SectionName, metric: CountedMetric): Problem | undefined {
  const { name, attributes } = metric;
  if (name === '') return { text: `${section}: metric name missing` };
  const failed = conditionProblem(section, metric);
  if (failed !== undefined) return failed;
  const quoted = JSON.stringify(name);
  if (section === 'metrics') {
    if (attributes.length === 0) return undefined;
    return { text: `metrics attributes not supported: metric ${quoted}` };
  }
  if (attributes.every(({ key }) => key !== '')) return undefined;
  const named = section === 'datapoints' ? 'spans' : section;
  return { text: `${named} attributes: metric ${quoted}: attribute key missing` };
}

function conditionProblem(
  section: SectionName,
  { name, conditions }: CountedMetric,
): Problem | undefined {
  for (const text of conditions) {
    try {
      COMPILE[section](text);
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      const hint = placeHint(text, error);
      const where = `${section} condition: metric ${JSON.stringify(name)}`;
      return { text: `${where}: ${error.message}`, ...(hint !== undefined && { hint }) };
    }
  }
  return undefined;
}
