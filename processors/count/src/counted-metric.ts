/** A metric that is made: how many rows there were. */
export interface CountedMetric {
  readonly name: string;
  readonly description: string;
  /** One of them must hold; none counts every row. */
  readonly conditions: readonly string[];
  readonly attributes: readonly CountedAttribute[];
}

/** An attribute that counts are kept apart by: of the row, its scope or its resource. */
export interface CountedAttribute {
  readonly key: string;
  /** For rows that have none; without one they are not counted. */
  readonly default_value?: RawValue | undefined;
}

export type RawValue =
  | string
  | number
  | boolean
  | null
  | readonly RawValue[]
  | { readonly [key: string]: RawValue };
