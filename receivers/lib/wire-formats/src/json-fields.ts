import { MalformedFormatError } from './malformed-format.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });
const INTEGER = /^-?\d{1,20}$/;

/** Parses a body. Throws `MalformedFormatError` for what is no JSON in UTF-8. */
export function parseJson(format: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : 'it is not UTF-8';
    throw new MalformedFormatError(format, reason);
  }
}

/**
 * The members of a JSON object, with the types that a format wants. A member that is absent or null is
 * undefined; one of another type is refused with its name (`MalformedFormatError`).
 */
export class JsonFields {
  readonly #format: string;
  readonly #path: string;
  readonly #members: object;

  private constructor(format: string, path: string, members: object) {
    this.#format = format;
    this.#path = path;
    this.#members = members;
  }

  /** `path` names the object in complaints: `span 3`. */
  static of(format: string, path: string, value: unknown): JsonFields {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return new JsonFields(format, path, value);
    }
    throw new MalformedFormatError(format, `${path} is no object`);
  }

  fail(reason: string): never {
    throw new MalformedFormatError(this.#format, `${this.#path}: ${reason}`);
  }

  text(name: string): string | undefined {
    const value = this.#member(name);
    if (value === undefined || typeof value === 'string') return value;
    return this.fail(`${name} is no text`);
  }

  bool(name: string): boolean | undefined {
    const value = this.#member(name);
    if (value === undefined || typeof value === 'boolean') return value;
    return this.fail(`${name} is no boolean`);
  }

  number(name: string): number | undefined {
    const value = this.#member(name);
    if (value === undefined || typeof value === 'number') return value;
    const number = typeof value === 'string' ? Number(value) : Number.NaN;
    if (!Number.isNaN(number) || value === 'NaN') return number;
    return this.fail(`${name} is no number`);
  }

  /** A number without fraction, or its decimal text. */
  integer(name: string): bigint | undefined {
    const value = this.#member(name);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
    if (typeof value === 'string' && INTEGER.test(value)) return BigInt(value);
    return this.fail(`${name} is no integer`);
  }

  /** Whatever it is. */
  any(name: string): unknown {
    return this.#member(name);
  }

  fields(name: string): JsonFields | undefined {
    const value = this.#member(name);
    if (value === undefined) return undefined;
    return JsonFields.of(this.#format, `${this.#path}.${name}`, value);
  }

  /** The objects of a list; elements that are null are left out. */
  list(name: string): readonly JsonFields[] {
    const value = this.#member(name);
    if (value === undefined) return [];
    const elements: readonly unknown[] = Array.isArray(value)
      ? value
      : this.fail(`${name} is no list`);
    return elements
      .filter((element) => element !== null)
      .map((element, index) =>
        JsonFields.of(this.#format, `${this.#path}.${name}[${index}]`, element),
      );
  }

  /** The names and texts of an object that has nothing else. */
  texts(name: string): readonly (readonly [string, string])[] {
    const fields = this.fields(name);
    if (fields === undefined) return [];
    return Object.keys(fields.#members).map((key) => [key, fields.text(key) ?? '']);
  }

  #member(name: string): unknown {
    const value: unknown = Reflect.get(this.#members, name);
    return value === null || !Object.hasOwn(this.#members, name) ? undefined : value;
  }
}
