/** Which member of OTLP's `AnyValue` is set: the field numbers of the oneof, 0 when none is. */
export const AnyValueType = {
  empty: 0,
  string: 1,
  bool: 2,
  int: 3,
  double: 4,
  array: 5,
  kvlist: 6,
  bytes: 7,
} as const;

export type AnyValueType = (typeof AnyValueType)[keyof typeof AnyValueType];

/** From here on a value is kept as the encoded `AnyValue` message, not as text. */
export const FIRST_ENCODED_TYPE: number = AnyValueType.array;
