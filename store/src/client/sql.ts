/** Values bound to one statement. */
const PARAMETERS_MAX = 4096;

/** What ClickHouse binds to a placeholder; the client escapes it. */
export type ParameterValue = string | readonly string[];

/** A typed value: its text never becomes SQL. Made by `param`. */
export class Parameter {
  readonly type: string;
  readonly value: ParameterValue;
  /** Wraps the placeholder, `unhex($)`. */
  readonly wrap: (placeholder: string) => string;

  constructor(type: string, value: ParameterValue, wrap?: (placeholder: string) => string) {
    this.type = type;
    this.value = value;
    this.wrap = wrap ?? ((placeholder) => placeholder);
  }
}

/**
 * A statement, or a part of one, with its values apart. Made by the `sql` tag; the constructor is for
 * statements that are data of the code, as migrations are.
 */
export class Sql {
  readonly #strings: readonly string[];
  readonly #values: ReadonlyArray<Parameter | Sql>;

  /** `strings` has one element more than `values`. */
  constructor(strings: readonly string[], values: ReadonlyArray<Parameter | Sql>) {
    this.#strings = strings;
    this.#values = values;
  }

  /** Text with `{p0:Type}` placeholders, and their values. Throws over `PARAMETERS_MAX`. */
  render(): { readonly text: string; readonly parameters: Record<string, ParameterValue> } {
    const parameters: Record<string, ParameterValue> = {};
    const text = this.#append(parameters, { count: 0 });
    return { text, parameters };
  }

  #append(parameters: Record<string, ParameterValue>, used: { count: number }): string {
    let text = this.#strings[0] ?? '';
    for (const [index, value] of this.#values.entries()) {
      if (value instanceof Sql) text += value.#append(parameters, used);
      else text += bind(value, parameters, used);
      text += this.#strings[index + 1] ?? '';
    }
    return text;
  }
}

function bind(
  parameter: Parameter,
  parameters: Record<string, ParameterValue>,
  used: { count: number },
): string {
  if (used.count >= PARAMETERS_MAX) throw new RangeError(`more than ${PARAMETERS_MAX} parameters`);
  const name = `p${used.count++}`;
  parameters[name] = parameter.value;
  return parameter.wrap(`{${name}:${parameter.type}}`);
}

/**
 * A statement: the only way to make one. Everything between the literal parts is a typed parameter
 * or another `sql`; there is no way in for a bare string.
 *
 *     sql`SELECT name FROM t WHERE tenant = ${param.string(tenant)} AND ${condition}`
 */
export function sql(strings: TemplateStringsArray, ...values: ReadonlyArray<Parameter | Sql>): Sql {
  return new Sql([...strings], values);
}

/** Parts with a separator between them; nothing for no parts. */
export function joinSql(
  parts: readonly Sql[],
  separator: ' ' | ', ' | ' AND ' | ' OR ' | ' UNION ALL ',
): Sql {
  if (parts.length === 0) return sql``;
  const between = new Array<string>(parts.length - 1).fill(separator);
  return new Sql(['', ...between, ''], parts);
}

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A name out of a closed set in the code (a column, a database); never text from outside. */
export function identifier(name: string): Sql {
  if (!IDENTIFIER.test(name)) throw new RangeError(`not an identifier: ${JSON.stringify(name)}`);
  return new Sql([`\`${name}\``], []);
}

/** `database.table` or `table`, each part an identifier. */
export function tableName(name: string): Sql {
  return new Sql(
    [
      name
        .split('.')
        .map((part) => identifier(part).render().text)
        .join('.'),
    ],
    [],
  );
}

function integer(type: string, value: number | bigint): Parameter {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new RangeError(`not a whole number below 2^53: ${value}`);
  }
  return new Parameter(type, String(value));
}

/** Typed values for `sql`. Numbers that do not fit their type are refused by ClickHouse. */
export const param: {
  string(value: string): Parameter;
  /** `Array(String)`, for `IN` and `has`. */
  strings(values: readonly string[]): Parameter;
  /** Raw bytes, as in a `FixedString(16)` trace id. */
  bytes(value: Uint8Array): Parameter;
  uint8(value: number): Parameter;
  uint32(value: number): Parameter;
  uint64(value: number | bigint): Parameter;
  int64(value: number | bigint): Parameter;
  float64(value: number): Parameter;
  bool(value: boolean): Parameter;
  /** `DateTime64(9)` in UTC, from nanoseconds since the epoch. */
  unixNano(value: bigint): Parameter;
  /** `DateTime64(3)` in UTC, from milliseconds since the epoch. */
  unixMs(value: number): Parameter;
} = {
  string: (value) => new Parameter('String', value),
  strings: (values) => new Parameter('Array(String)', values),
  bytes: (value) =>
    new Parameter('String', Buffer.from(value).toString('hex'), (hole) => `unhex(${hole})`),
  uint8: (value) => integer('UInt8', value),
  uint32: (value) => integer('UInt32', value),
  uint64: (value) => integer('UInt64', value),
  int64: (value) => integer('Int64', value),
  float64: (value) => new Parameter('Float64', floatText(value)),
  bool: (value) => new Parameter('Bool', value ? 'true' : 'false'),
  unixNano: (value) =>
    new Parameter('Int64', String(value), (hole) => `fromUnixTimestamp64Nano(${hole}, 'UTC')`),
  unixMs: (value) =>
    new Parameter(
      'Int64',
      String(Math.trunc(value)),
      (hole) => `fromUnixTimestamp64Milli(${hole}, 'UTC')`,
    ),
};

function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (value === Number.POSITIVE_INFINITY) return 'inf';
  if (value === Number.NEGATIVE_INFINITY) return '-inf';
  return String(value);
}
