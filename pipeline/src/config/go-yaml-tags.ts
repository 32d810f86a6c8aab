import type { ScalarTag, Tags } from 'yaml';

/**
 * Scalars as Go's yaml.v3 types them: integers with `0x`, `0o`, `0b` and a leading 0 for octal,
 * underscores allowed; `true`/`false` only (yes, no, on, off are strings); no timestamps, no
 * sexagesimals. Source: yaml.v3 `resolve.go`, YAML 1.1 and 1.2 tag repositories.
 */
const INT_PATTERN = /^[-+]?(?:0[bB][01_]+|0[oO][0-7_]+|0[xX][0-9a-fA-F_]+|0[0-7_]*|[1-9][0-9_]*)$/;
const FLOAT_PATTERN = /^[-+]?(?:\.[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?$/;
const INFINITY_PATTERN = /^[-+]?\.(?:inf|Inf|INF)$/;
const NAN_PATTERN = /^\.(?:nan|NaN|NAN)$/;

function toInt(text: string): number {
  const negative = text.startsWith('-');
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '').toLowerCase();
  const octal = /^0[0-7]+$/.test(digits);
  const magnitude = Number(octal ? `0o${digits.slice(1)}` : digits);
  return negative ? -magnitude : magnitude;
}

const nullTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:null',
  default: true,
  test: /^(?:~|null|Null|NULL)?$/,
  resolve: () => null,
};

const boolTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test: /^(?:true|True|TRUE|false|False|FALSE)$/,
  resolve: (text) => text.toLowerCase() === 'true',
};

const intTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: INT_PATTERN,
  resolve: toInt,
};

const floatTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  test: FLOAT_PATTERN,
  resolve: (text) => Number(text.replaceAll('_', '')),
};

const infinityTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  test: INFINITY_PATTERN,
  resolve: (text) => (text.startsWith('-') ? -Infinity : Infinity),
};

const nanTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  test: NAN_PATTERN,
  resolve: () => Number.NaN,
};

/** On top of the `failsafe` schema, whose maps, lists and strings are Go's. */
export const GO_YAML_TAGS: Tags = [nullTag, boolTag, intTag, floatTag, infinityTag, nanTag];
