import {
  type AttributeEditor,
  type AttributeValue,
  type SpanColumns,
  SpanEditor,
  selectSpans,
} from '@sonde/proto';
import type { SamplerConfig } from './config.ts';
import { hashedRandomness, traceIdRandomness } from './randomness.ts';
import { Sampler } from './sampler.ts';
import { ALWAYS, NEVER, randomnessText, thresholdText } from './threshold.ts';
import { parseTraceState, traceStateText } from './trace-state.ts';

const PRIORITY = 'sampling.priority';

/** The spans that are sampled, with their thresholds. */
export function sampleSpans(config: SamplerConfig): (columns: SpanColumns) => SpanColumns {
  const sampler = new Sampler(config);
  return (columns) => {
    const keep = new Uint8Array(columns.count);
    const states: string[] = [];
    const reader = new SpanEditor(columns);
    const priorityOf = priorities(reader.attributes);
    for (let row = 0; row < columns.count; row += 1) {
      reader.openRow(row);
      const priority = priorityOf();
      if (priority === 0) continue;
      const before = reader.traceState;
      const state = parseTraceState(before);
      const decision = sampler.decide(
        {
          threshold: state?.threshold,
          randomness: state?.randomness,
          derived: derivedRandomness(columns, row, config),
          isSound: state !== undefined,
        },
        priority === 1 ? ALWAYS : NEVER,
      );
      if (!decision.isSampled) continue;
      keep[row] = 1;
      if (state === undefined || decision.keepsState) {
        states.push(before);
        continue;
      }
      const written = decision.writtenRandomness ?? state.randomness;
      const values = {
        rv: written === undefined ? '' : randomnessText(written),
        th: thresholdText(decision.threshold),
      };
      states.push(traceStateText(state, values));
    }
    return withStates(selectSpans(columns, keep), states);
  };
}

function derivedRandomness(
  { traceId, traceIdView }: SpanColumns,
  row: number,
  { mode, hash_seed: seed }: SamplerConfig,
): bigint | undefined {
  const randomness = traceIdRandomness(traceIdView, row);
  if (randomness === undefined || mode !== 'hash_seed') return randomness;
  return hashedRandomness(traceId.subarray(row * 16, row * 16 + 16), seed);
}

function withStates(columns: SpanColumns, states: readonly string[]): SpanColumns {
  const editor = new SpanEditor(columns);
  for (const [row, state] of states.entries()) {
    editor.openRow(row);
    if (editor.traceState !== state) editor.traceState = state;
  }
  return editor.finish();
}

/** 1 must be sampled, 0 must not, undefined is left to chance; of the open row. */
function priorities(attributes: AttributeEditor): () => 0 | 1 | undefined {
  const key = attributes.findKey(PRIORITY);
  if (key === -1) return () => undefined;
  return () => {
    const index = attributes.indexOf(key);
    return index === -1 ? undefined : priorityOf(attributes.valueAt(index));
  };
}

function priorityOf(value: AttributeValue): 0 | 1 | undefined {
  const isNumber = typeof value === 'bigint' || typeof value === 'number';
  const text = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  const number = isNumber ? Number(value) : text;
  if (number === 0) return 0;
  return number > 0 ? 1 : undefined;
}
