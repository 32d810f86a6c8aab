import { CompileError, EvaluationError } from '../errors.ts';
import { editorAsValue } from '../grammar/parse-condition.ts';
import type {
  ArgumentValueNode,
  CallNode,
  ConditionNode,
  ExpressionNode,
  LambdaNode,
  PathNode,
} from '../grammar/syntax-tree.ts';
import { calculate, negate } from '../value/arithmetic.ts';
import type { Value } from '../value/value.ts';
import type { Argument } from './arguments.ts';
import { compileCall } from './call.ts';
import { compileTest } from './condition.ts';
import {
  type ContextDefinition,
  PATH_PREFIXES,
  type PathKey,
  type PathPrefix,
  resolvePath,
} from './context.ts';
import type { FunctionRegistry } from './function-definition.ts';
import {
  type Accessor,
  type Compiled,
  type Cursor,
  type Getter,
  highestLevel,
  Level,
} from './getter.ts';
import { asKey, type KeyValue, resultMember } from './index-value.ts';
import { type Lambda, LocalScope } from './lambda.ts';

export interface CompilerOptions<C extends Cursor> {
  readonly context: ContextDefinition<C>;
  readonly functions: FunctionRegistry<C>;
  /** Paths must begin with the name of a context. */
  readonly prefixed?: boolean;
}

/** Makes closures of syntax trees: what is known beforehand is done once. */
export class Compiler<C extends Cursor> {
  readonly context: ContextDefinition<C>;
  readonly functions: FunctionRegistry<C>;
  readonly #prefixed: boolean;
  readonly #scope: LocalScope = new LocalScope();

  constructor({ context, functions, prefixed = false }: CompilerOptions<C>) {
    this.context = context;
    this.functions = functions;
    this.#prefixed = prefixed;
  }

  expression(node: ExpressionNode): Compiled<C> {
    switch (node.kind) {
      case 'literal':
        return constant(node.value);
      case 'enum':
        return constant(this.#enum(node.name, node.at));
      case 'path':
        return this.#local(node) ?? oncePerResource(this.path(node));
      case 'call':
        return this.#converter(node);
      case 'list':
        return this.#list(node.items);
      case 'map':
        return this.#map(node.entries);
      case 'negate': {
        const { get, level } = this.expression(node.operand);
        return { get: (cursor) => negate(get(cursor)), level };
      }
      case 'math': {
        const left = this.expression(node.left);
        const right = this.expression(node.right);
        const { operator } = node;
        return {
          get: (cursor) => calculate(left.get(cursor), right.get(cursor), operator),
          level: highestLevel([left, right]),
        };
      }
    }
  }

  path(node: PathNode): Accessor<C> {
    const [first, ...rest] = node.fields;
    const prefix = PATH_PREFIXES.find((name) => name === first?.name);
    const isPrefixed = prefix !== undefined && rest.length > 0 && first?.keys.length === 0;
    if (!isPrefixed && this.#prefixed) throw this.#missingPrefix(node);
    const fields = (isPrefixed ? rest : node.fields).map(({ name, keys }) => ({
      name,
      keys: keys.map((key) => this.#key(key)),
    }));
    const context: PathPrefix = isPrefixed ? prefix : this.context.name;
    return resolvePath(this.context, { prefix: context, fields, text: node.text, at: node.at });
  }

  /** A call of an editor or a converter, without the keys behind it. */
  call(node: CallNode): Compiled<C> {
    const definition = this.functions.get(node.name);
    if (definition === undefined) {
      throw new CompileError(`undefined function "${node.name}"`, node.at);
    }
    const args = node.arguments.map(({ name, value, at }, position) => ({
      name,
      argument: this.#argument(value, position, at),
    }));
    return compileCall(definition, args, node.at);
  }

  condition(node: ConditionNode): Compiled<C> & { readonly test: Getter<C, boolean> } {
    return compileTest(this, node);
  }

  /** A parameter of a lambda around it. */
  #local({ fields }: PathNode): Compiled<C> | undefined {
    const [field, ...rest] = fields;
    if (field === undefined || rest.length > 0) return undefined;
    return this.#scope.local(field, () => field.keys.map((key) => this.#key(key)));
  }

  #lambda(node: LambdaNode): Lambda<C> {
    const { body } = node;
    return this.#scope.lambda(node, () =>
      'value' in body ? this.expression(body.value).get : this.condition(body.condition).get,
    );
  }

  #converter(node: CallNode): Compiled<C> {
    if (/^[a-z]/.test(node.name)) throw editorAsValue(node.name, node.at);
    const call = this.call(node);
    if (node.keys.length === 0) return call;
    const keys = node.keys.map((key) => this.#key(key));
    return {
      get: (cursor) => {
        let value = call.get(cursor);
        for (const key of keys) value = resultMember(value, key.get(cursor));
        return value;
      },
      level: highestLevel([call, ...keys]),
    };
  }

  #missingPrefix({ text, at }: PathNode): CompileError {
    const options = Object.keys(this.context.paths).map((name) => `"${name}.${text}"`);
    return new CompileError(
      `missing context name for path "${text}", possibly valid options are: ${options.join(', ')}`,
      at,
    );
  }

  #enum(name: string, at: number): bigint {
    const number = this.context.enums.get(name);
    if (number !== undefined) return number;
    throw new CompileError(`enum symbol, ${name}, not found`, at);
  }

  #key(node: ExpressionNode): PathKey<C> {
    const { get, level, literal } = this.expression(node);
    if (literal === undefined) return { get: (cursor) => asKey(get(cursor)), level };
    const key: KeyValue = checkedKey(literal, node.at);
    return { get: () => key, level, literal: key };
  }

  #list(nodes: readonly ExpressionNode[]): Compiled<C> {
    const items = nodes.map((item) => this.expression(item));
    return {
      get: (cursor) => items.map((item) => item.get(cursor)),
      level: highestLevel(items),
    };
  }

  #map(entries: readonly { readonly key: string; readonly value: ExpressionNode }[]): Compiled<C> {
    const items = entries.map(({ key, value }) => ({ key, item: this.expression(value) }));
    return {
      get: (cursor) => new Map(items.map(({ key, item }) => [key, item.get(cursor)])),
      level: highestLevel(items.map(({ item }) => item)),
    };
  }

  #argument(node: ArgumentValueNode, position: number, at: number): Argument<C> {
    return {
      position,
      at,
      value: () => {
        if (node.kind === 'function name') {
          throw new CompileError(`function name ${node.name} is not a value`, node.at);
        }
        if (node.kind !== 'lambda') return this.expression(node);
        throw new CompileError('lambda expression is not a value', node.at);
      },
      path: () => {
        if (node.kind !== 'path') throw new CompileError('must be a path', at);
        const [field, ...rest] = node.fields;
        if (field !== undefined && rest.length === 0) this.#scope.refuseSetting(field);
        return this.path(node);
      },
      list: () =>
        node.kind === 'list'
          ? node.items.map((item, i) => this.#argument(item, i, item.at))
          : undefined,
      enum: () => (node.kind === 'enum' ? this.#enum(node.name, node.at) : undefined),
      function: () => {
        if (node.kind !== 'function name' && node.kind !== 'enum') return undefined;
        return this.#function(node.name, node.at);
      },
      lambda: () => (node.kind === 'lambda' ? this.#lambda(node) : undefined),
    };
  }

  /** A converter with one required parameter, applied to getters. */
  #function(name: string, at: number): (input: Getter<C>) => Getter<C> {
    const definition = this.functions.get(name);
    if (definition === undefined) throw new CompileError(`undefined function ${name}`, at);
    return (input) => {
      const argument: Argument<C> = {
        position: 0,
        at,
        value: () => ({ get: input, level: Level.row }),
        path: () => {
          throw new CompileError('must be a path', at);
        },
        list: () => undefined,
        enum: () => undefined,
        function: () => undefined,
        lambda: () => undefined,
      };
      return compileCall(definition, [{ name: '', argument }], at).get;
    };
  }
}

function checkedKey(literal: Value, at: number): KeyValue {
  try {
    return asKey(literal);
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    throw new CompileError(error.message, at, { cause: error });
  }
}

function constant<C>(literal: Value): Compiled<C> {
  return { get: () => literal, level: Level.constant, literal };
}

/** What is of the resource alone is read once a resource: decoding a text costs more than a row. */
function oncePerResource<C extends Cursor>(compiled: Compiled<C>): Compiled<C> {
  const { get, level } = compiled;
  if (level !== Level.resource) return compiled;
  let epoch = -1;
  let value: Value = null;
  return {
    level,
    get: (cursor) => {
      if (cursor.resourceEpoch !== epoch) {
        value = get(cursor);
        epoch = cursor.resourceEpoch;
      }
      return value;
    },
  };
}
