import type { Message } from '../schema/field.ts';

/** What a field holds: text; a whole number as a bigint; bytes; a message; or a list of them. */
export type OtlpValue = string | bigint | number | boolean | Uint8Array | OtlpMessage;

const EMPTY: Uint8Array = new Uint8Array(0);

/**
 * A message of OTLP as a tree, where a person or a JSON text wants to see it. Fields are named as in
 * OTLP/JSON; ids are lower-case hex; integers of any width are bigints, enums among them.
 *
 * Never on the path of data: it costs many times what columns cost.
 */
export class OtlpMessage {
  readonly type: Message;
  readonly #fields = new Map<string, OtlpValue | OtlpValue[]>();

  constructor(type: Message) {
    this.type = type;
  }

  /** The fields that are there, in the order of their first appearance. */
  get fields(): ReadonlyMap<string, OtlpValue | readonly OtlpValue[]> {
    return this.#fields;
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }

  /** The text or hex of a field; empty where it is absent. */
  text(name: string): string {
    const value = this.#fields.get(name);
    return typeof value === 'string' ? value : '';
  }

  bytes(name: string): Uint8Array {
    const value = this.#fields.get(name);
    return value instanceof Uint8Array ? value : EMPTY;
  }

  integer(name: string): bigint {
    const value = this.#fields.get(name);
    return typeof value === 'bigint' ? value : 0n;
  }

  double(name: string): number {
    const value = this.#fields.get(name);
    return typeof value === 'number' ? value : 0;
  }

  flag(name: string): boolean {
    return this.#fields.get(name) === true;
  }

  message(name: string): OtlpMessage | undefined {
    const value = this.#fields.get(name);
    return value instanceof OtlpMessage ? value : undefined;
  }

  messages(name: string): readonly OtlpMessage[] {
    return this.#list(name).filter((value) => value instanceof OtlpMessage);
  }

  integers(name: string): readonly bigint[] {
    return this.#list(name).filter((value) => typeof value === 'bigint');
  }

  doubles(name: string): readonly number[] {
    return this.#list(name).filter((value) => typeof value === 'number');
  }

  /** For the reader alone. */
  set(name: string, value: OtlpValue): void {
    this.#fields.set(name, value);
  }

  add(name: string, value: OtlpValue): void {
    const list = this.#fields.get(name);
    if (Array.isArray(list)) list.push(value);
    else this.#fields.set(name, [value]);
  }

  remove(name: string): void {
    this.#fields.delete(name);
  }

  #list(name: string): readonly OtlpValue[] {
    const value = this.#fields.get(name);
    return Array.isArray(value) ? value : [];
  }
}
