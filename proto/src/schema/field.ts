import { WireType } from '../protobuf/skip.ts';

/** Types of fields: protobuf's, with the two kinds of ids that OTLP/JSON writes in hex apart. */
export type FieldKind =
  | 'string'
  | 'bytes'
  | 'traceId'
  | 'spanId'
  | 'bool'
  | 'enum'
  | 'int32'
  | 'uint32'
  | 'sint32'
  | 'int64'
  | 'uint64'
  | 'fixed32'
  | 'fixed64'
  | 'sfixed64'
  | 'double'
  | 'message';

export interface FieldOptions {
  readonly repeated?: boolean;
  /** Written even when it holds the default: `optional` fields and members of a oneof. */
  readonly presence?: boolean;
  /** The oneof it belongs to: of its members at most one is set. */
  readonly oneof?: string;
  /** Goes into a dictionary of the columns, which limits its length. */
  readonly interned?: boolean;
  /** A message that is a row of some table of the columns; `item` ones are, too. */
  readonly row?: boolean;
  /** A span, log record, data point or sample. */
  readonly item?: boolean;
  /** Counts as an item when there is none inside: a profile that is all payload. */
  readonly itemWhenEmpty?: boolean;
  /** A singular message whose repetitions merge, as protobuf has it; of others the last wins. */
  readonly merged?: boolean;
}

/** One row of a table of fields, from the `.proto` files of OTLP 1. */
export interface Field {
  readonly number: number;
  /** As OTLP/JSON spells it: lowerCamelCase. */
  readonly name: string;
  readonly kind: FieldKind;
  readonly repeated: boolean;
  readonly presence: boolean;
  readonly oneof: string | undefined;
  readonly interned: boolean;
  readonly row: boolean;
  readonly item: boolean;
  readonly itemWhenEmpty: boolean;
  readonly merged: boolean;
  /** Of kind `message`. */
  readonly message: Message | undefined;
  /** Of kind `enum`: number by name. */
  readonly enumNumbers: ReadonlyMap<string, number> | undefined;
}

/** Fields have numbers below 32, so that a set of them is one word. */
export const FIELD_NUMBER_END = 32;

/** How `checkMessage` treats a field. */
export const Rule = {
  unknown: 0,
  varint: 1,
  fixed64: 2,
  fixed32: 3,
  bytes: 4,
  internedString: 5,
  traceId: 6,
  spanId: 7,
  message: 8,
  internedMessage: 9,
  attribute: 10,
  anyValue: 11,
  packedFixed64: 12,
  packedVarint: 13,
  metricData: 14,
} as const;

export type Rule = (typeof Rule)[keyof typeof Rule];

/** A message type: its fields by name for JSON, and compiled by number for checking. */
export class Message {
  readonly name: string;
  readonly byName: Map<string, Field> = new Map();
  readonly byNumber: (Field | undefined)[] = new Array(FIELD_NUMBER_END).fill(undefined);
  /** `Rule` by tag: `unknown` for one of another wire type, too. */
  readonly rules: Uint8Array = new Uint8Array(FIELD_NUMBER_END << 3);
  /** A bit a field number. */
  known = 0;
  /**
   * Single messages that belong to no oneof. The Collector holds them as values: its JSON has each,
   * `{}` where nothing is set (`"status":{}`), and readers may rely on that.
   */
  readonly embedded: Field[] = [];

  constructor(name: string) {
    this.name = name;
  }

  /** Apart from the constructor because messages name each other in a ring. */
  define(fields: readonly Field[]): this {
    for (const field of fields) {
      if (field.number >= FIELD_NUMBER_END) throw new RangeError(`${this.name}.${field.name}`);
      this.byName.set(field.name, field);
      this.byNumber[field.number] = field;
      const rule = ruleOf(field);
      this.rules[(field.number << 3) | wireTypeOf(rule)] = rule;
      this.known |= 1 << field.number;
      if (isEmbedded(field)) this.embedded.push(field);
    }
    return this;
  }
}

/** What is bytes on the wire, numbers in a row among them, has no case of its own. */
function wireTypeOf(rule: Rule): number {
  switch (rule) {
    case Rule.varint:
      return WireType.varint;
    case Rule.fixed64:
      return WireType.fixed64;
    case Rule.fixed32:
      return WireType.fixed32;
    default:
      return WireType.bytes;
  }
}

function isEmbedded({ kind, repeated, oneof }: Field): boolean {
  return kind === 'message' && !repeated && oneof === undefined;
}

function ruleOf(field: Field): Rule {
  switch (field.kind) {
    case 'string':
      return field.interned ? Rule.internedString : Rule.bytes;
    case 'bytes':
      return Rule.bytes;
    case 'traceId':
      return Rule.traceId;
    case 'spanId':
      return Rule.spanId;
    case 'fixed32':
      return Rule.fixed32;
    case 'fixed64':
    case 'sfixed64':
    case 'double':
      return field.repeated ? Rule.packedFixed64 : Rule.fixed64;
    case 'message':
      return messageRule(field);
    default:
      return field.repeated ? Rule.packedVarint : Rule.varint;
  }
}

function messageRule(field: Field): Rule {
  if (field.message?.name === 'AnyValue') return Rule.anyValue;
  if (field.message?.name === 'KeyValue') return Rule.attribute;
  if (field.oneof === 'data') return Rule.metricData;
  return field.interned ? Rule.internedMessage : Rule.message;
}

export function scalar(
  number: number,
  name: string,
  kind: Exclude<FieldKind, 'message' | 'enum'>,
  options: FieldOptions = {},
): Field {
  return build(number, name, kind, options, undefined, undefined);
}

export function message(
  number: number,
  name: string,
  type: Message,
  options: FieldOptions = {},
): Field {
  return build(number, name, 'message', options, type, undefined);
}

/** `names` in the order of their numbers, from 0. */
export function enumeration(number: number, name: string, names: readonly string[]): Field {
  const numbers = new Map(names.map((text, value) => [text, value]));
  return build(number, name, 'enum', {}, undefined, numbers);
}

function build(
  number: number,
  name: string,
  kind: FieldKind,
  options: FieldOptions,
  type: Message | undefined,
  enumNumbers: ReadonlyMap<string, number> | undefined,
): Field {
  return {
    number,
    name,
    kind,
    repeated: options.repeated ?? false,
    presence: options.presence ?? options.oneof !== undefined,
    oneof: options.oneof,
    interned: options.interned ?? false,
    row: options.row ?? options.item ?? false,
    item: options.item ?? false,
    itemWhenEmpty: options.itemWhenEmpty ?? false,
    merged: options.merged ?? false,
    message: type,
    enumNumbers,
  };
}
