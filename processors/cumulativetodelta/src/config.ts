import { duration, nullMeansDefaults, refuseMeaning, textList } from '@sonde/pipeline';
import { MetricKind } from '@sonde/proto';
import { compileTexts, type TextTest } from '@sonde/row-match';
import { z } from 'zod';

export type InitialValue = 'auto' | 'keep' | 'drop';

/** Which metrics a section names; undefined parts name all. */
export interface MetricMatch {
  readonly name: TextTest | undefined;
  /** `MetricKind`s. */
  readonly kinds: ReadonlySet<number> | undefined;
}

export interface CumulativeToDeltaConfig {
  /** How long a series is remembered after its last point. Milliseconds; 0 is for ever. */
  readonly max_staleness: number;
  readonly initial_value: InitialValue;
  /** Series that are remembered at most; the one that was not seen for longest goes first. */
  readonly max_streams: number;
  readonly include: MetricMatch;
  readonly exclude: MetricMatch;
}

const KINDS: ReadonlyMap<string, number> = new Map<string, number>([
  ['exponentialhistogram', MetricKind.exponentialHistogram],
  ['histogram', MetricKind.histogram],
  ['sum', MetricKind.sum],
]);

const STREAMS_DEFAULT = 250_000;
const STREAMS_MAX = 10_000_000;

const matchFields = z.strictObject({
  metrics: textList(),
  match_type: z.string().default(''),
  // Caches of upstream's expressions: read, and without meaning here.
  regexp: z.unknown().optional(),
  metric_types: textList(),
});

function metricMatch(section: string): z.ZodType<MetricMatch> {
  return nullMeansDefaults(
    matchFields.transform((raw, context): MetricMatch => {
      const refuse = (text: string): void => refuseMeaning(context, { text });
      const { metrics, match_type: type, metric_types: types } = raw;
      if (metrics.length > 0 && type === '') {
        refuse('match_type must be set if metrics are supplied');
      }
      if (metrics.length === 0 && type !== '') {
        refuse('metrics must be supplied if match_type is set');
      }
      const kinds = types.flatMap((text) => {
        const kind = KINDS.get(text.toLowerCase());
        if (kind !== undefined) return [kind];
        const valid = `Valid values are [${[...KINDS.keys()].join(' ')}]`;
        refuse(`found invalid metric type in ${section}.metric_types: ${text}. ${valid}`);
        return [];
      });
      const name = type === '' || metrics.length === 0 ? undefined : compile(type, metrics, refuse);
      return { name, kinds: kinds.length === 0 ? undefined : new Set(kinds) };
    }),
  );
}

function compile(
  type: string,
  metrics: readonly string[],
  refuse: (text: string) => void,
): TextTest | undefined {
  try {
    return compileTexts(type, metrics);
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

export const cumulativeToDeltaConfig: z.ZodType<CumulativeToDeltaConfig> = nullMeansDefaults(
  z.strictObject({
    max_staleness: duration('0s'),
    initial_value: z.enum(['auto', 'keep', 'drop']).default('auto'),
    max_streams: z.int().min(1).max(STREAMS_MAX).default(STREAMS_DEFAULT),
    include: metricMatch('include'),
    exclude: metricMatch('exclude'),
  }),
);
