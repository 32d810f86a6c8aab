import { createRoute, z } from '@hono/zod-openapi';
import { type SlotRow, slotsQuery, valuesQuery } from '../../patterns/pattern-queries.ts';
import { CostMeter } from '../../store-cost.ts';
import type { StoreReader } from '../../store-reader.ts';
import { jsonAnswer, NOT_FOUND, STORE_REFUSALS } from '../answers.ts';
import type { Api } from '../env.ts';
import { ApiFailure } from '../failure.ts';
import { checkRange, hexParameter, integerParameter, rangeParameters } from '../parameters.ts';
import { PatternValuesSchema } from './schema.ts';

const ID_BYTES = 8;
const PLACES_MAX = 64;

const parameters = z
  .strictObject({
    ...rangeParameters,
    service: z.string().max(1024).openapi({ example: 'checkout' }),
    id: hexParameter(ID_BYTES, 'Any id of its lines.', 'a88dfafcb814d632'),
    place: integerParameter({
      description: 'Which `<*>` of the template, from 1; 1 when absent.',
      min: 1,
      max: PLACES_MAX,
      example: 1,
    }),
  })
  .superRefine(checkRange);

export function addPatternValues(api: Api, store: StoreReader): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/patterns/values',
    tags: ['patterns'],
    summary: 'What lines of a pattern have at one place: the most frequent values, and quantiles',
    description: 'Of the newest 200,000 lines of the range. A unit behind a number is left out.',
    request: { query: parameters },
    responses: {
      200: jsonAnswer('The values.', PatternValuesSchema),
      ...NOT_FOUND,
      ...STORE_REFUSALS,
    },
  });
  api.openapi(route, async (context) => {
    const { from, to, service, id, place = 1 } = context.req.valid('query');
    const owner = { tenant: context.get('viewer').tenant, service };
    const signal = context.get('signal');
    const meter = new CostMeter();
    const slots = meter.rows(await store.read(slotsQuery(owner, [id]), signal));
    const places = slots.flatMap((row) => placesOf(row, place));
    if (places.length === 0) {
      throw new ApiFailure('NOT_FOUND', `no pattern ${id} of ${service} with a value ${place}`);
    }
    const rows = meter.rows(await store.read(valuesQuery(owner, places, { from, to }), signal));
    const [first] = rows;
    const [min = 0, p50 = 0, p95 = 0, max = 0] = first?.quantiles.map((each) => each ?? 0) ?? [];
    const isNumeric = first !== undefined && first.number_count === first.lines;
    const answer = {
      lines: first?.lines ?? 0,
      distinct: first?.distinct ?? 0,
      values: rows.map(({ value, count }) => ({ value, count })),
      numbers: isNumeric ? { min, p50, p95, max } : null,
      cost: meter.cost,
    };
    return context.json(answer, 200);
  });
}

/** Ids whose lines do not say where the value is are left out. */
function placesOf(
  { leaf, places, words }: SlotRow,
  place: number,
): { leaf: string; place: number; word: string }[] {
  const at = places[place - 1];
  const word = words[place - 1];
  if (at === undefined || word === undefined || (at === 0 && word === '')) return [];
  return [{ leaf, place: at, word }];
}
