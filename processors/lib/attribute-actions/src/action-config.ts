/** A value as YAML has it. */
export type RawValue = string | number | boolean | null | readonly RawValue[] | RawMap;
export interface RawMap {
  readonly [key: string]: RawValue;
}

/** One action as users write it. */
export interface ActionConfig {
  readonly key: string;
  readonly value?: RawValue | undefined;
  readonly pattern: string;
  readonly from_attribute: string;
  readonly from_context: string;
  readonly converted_type: string;
  readonly default_value?: RawValue | undefined;
  /** Either case. */
  readonly action: string;
}
