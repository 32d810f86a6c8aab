/**
 * A contract type as zod can say it: an optional field may also be undefined (JSON leaves it out
 * either way). Annotating an answer's schema with `z.ZodType<WireShape<X>>` holds it to the contract.
 */
export type WireShape<T> = T extends readonly (infer Element)[]
  ? readonly WireShape<Element>[]
  : T extends object
    ? { readonly [Key in keyof T]: WireShape<T[Key]> | Absent<T, Key> }
    : T;

/** `undefined` when the field is optional. */
type Absent<T, Key extends keyof T> = object extends Pick<T, Key> ? undefined : never;
