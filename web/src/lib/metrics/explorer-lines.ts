import type { MetricSeries } from '@sonde/backend/api-contract';
import type { ChartSeries } from '../charts/time-series-options.ts';
import { formatMetricValue } from '../format/metric-value.ts';
import type { AnsweredQuery } from './explorer-data.svelte.ts';
import { sayLabels } from './explorer-state.ts';
import { evaluateFormula, type Formula } from './formula.ts';

interface Colours {
  readonly series: readonly string[];
  readonly accent: string;
}

/** The lines of a chart: of all queries, or of the formula when there is one. */
export function explorerLines(
  answers: readonly AnsweredQuery[],
  formula: { readonly text: string; readonly parsed: Formula } | undefined,
  colours: Colours,
): ChartSeries[] {
  const now =
    formula === undefined ? linesOf(answers, 'answer') : formulaLines(answers, formula, 'answer');
  const before =
    formula === undefined ? linesOf(answers, 'before') : formulaLines(answers, formula, 'before');
  const known = new Map(now.map(({ label }, index) => [label, index]));
  const colourOf = (index: number): string =>
    colours.series[index % colours.series.length] ?? colours.accent;
  return [
    ...now.map((line, index) => ({ ...line, colour: colourOf(index), fill: now.length === 1 })),
    ...before.map((line) => ({
      ...line,
      label: `${line.label}, before`,
      colour: colourOf(known.get(line.label) ?? known.size),
      dashed: true,
    })),
  ];
}

type Line = Omit<ChartSeries, 'colour'>;

function linesOf(answers: readonly AnsweredQuery[], which: 'answer' | 'before'): Line[] {
  return answers.flatMap((answered) => {
    const answer = answered[which];
    if (answer === undefined) return [];
    const prefix = answers.length > 1 ? `${answered.letter}: ` : '';
    return answer.series.map(({ labels, values }) => ({
      label: prefix + (sayLabels(labels) || answer.metric.name),
      values,
      format: formatOf(answered),
    }));
  });
}

/** How the values of a query are written: a rate a second, a count without the metric's unit. */
export function formatOf({ answer }: AnsweredQuery): (value: number) => string {
  const { metric, aggregation } = answer;
  const isCount = aggregation === 'count';
  const isOfHistogram = metric.type !== 'sum' && metric.type !== 'gauge';
  const counts = isOfHistogram && (aggregation === 'rate' || aggregation === 'increase');
  const unit = isCount || counts ? '' : metric.unit;
  return (value) => formatMetricValue(value, unit, aggregation === 'rate');
}

function formulaLines(
  answers: readonly AnsweredQuery[],
  formula: { readonly text: string; readonly parsed: Formula },
  which: 'answer' | 'before',
): Line[] {
  const lines = new Map<string, readonly MetricSeries[]>();
  for (const answered of answers) {
    const answer = answered[which];
    if (answer !== undefined) lines.set(answered.letter, answer.series);
  }
  if (lines.size === 0) return [];
  return evaluateFormula(formula.parsed, lines).map(({ labels, values }) => ({
    label: [formula.text, sayLabels(labels)].filter(Boolean).join(' · '),
    values,
    format: (value) => formatMetricValue(value, ''),
  }));
}
