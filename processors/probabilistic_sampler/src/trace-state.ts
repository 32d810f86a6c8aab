import { parseRandomness, parseThreshold } from './threshold.ts';

/** OpenTelemetry's member of a W3C trace state, and the others. */
export interface OtelState {
  readonly threshold: bigint | undefined;
  readonly randomness: bigint | undefined;
  /** Members of other vendors, as they were. */
  readonly others: readonly string[];
  /** Our member's other fields. */
  readonly extra: readonly string[];
}

const NOTHING: OtelState = {
  threshold: undefined,
  randomness: undefined,
  others: [],
  extra: [],
};

/** Undefined for a state that is malformed. */
export function parseTraceState(text: string): OtelState | undefined {
  if (text === '') return NOTHING;
  const members = text.split(',').map((member) => member.trim());
  const own = members.find((member) => member.startsWith('ot='));
  const others = members.filter((member) => member !== own && member !== '');
  if (others.some((member) => !/^[^=\s]+=[^=\s]*/.test(member))) return undefined;
  const fields = own === undefined ? [] : own.slice('ot='.length).split(';');
  const value = (name: string): string | undefined =>
    fields.find((field) => field.startsWith(`${name}:`))?.slice(name.length + 1);
  const th = value('th');
  const rv = value('rv');
  const threshold = th === undefined ? undefined : parseThreshold(th);
  const randomness = rv === undefined ? undefined : parseRandomness(rv);
  const isSound = (th === undefined) === (threshold === undefined);
  if (!isSound || (rv === undefined) !== (randomness === undefined)) return undefined;
  const extra = fields.filter((field) => !/^(th|rv):/.test(field) && field !== '');
  return { threshold, randomness, others, extra };
}

/** The state with this threshold and randomness, each left out where it is empty. */
export function traceStateText(
  { others, extra }: OtelState,
  values: { readonly rv: string; readonly th: string },
): string {
  const fields = [
    ...(values.rv === '' ? [] : [`rv:${values.rv}`]),
    ...(values.th === '' ? [] : [`th:${values.th}`]),
    ...extra,
  ];
  return [...(fields.length === 0 ? [] : [`ot=${fields.join(';')}`]), ...others].join(',');
}
