import {
  FUNCTION_CATEGORIES,
  FUNCTION_EXCEPTIONS,
  FUNCTIONS,
  SYNTAX_WORDS,
  TABLE_FUNCTIONS,
} from './user-functions.ts';

/** A row of `system.functions`; an alias has no category but the name it stands for. */
export interface EngineFunction {
  readonly name: string;
  readonly isAggregate: boolean;
  readonly aliasTo: string;
  readonly category: string;
  /** `System`, or how somebody made it: those are refused. */
  readonly origin: string;
}

/** What the engine can call, as it says itself. */
export interface EngineNames {
  readonly functions: readonly EngineFunction[];
  readonly tableFunctions: readonly string[];
  /** Suffixes of aggregate functions: `If`, `State`, ... */
  readonly combinators: readonly string[];
  readonly dataTypes: readonly string[];
}

/** An alias of an alias of ... ends here. */
const ALIAS_DEPTH_MAX = 8;
/** `sumMapArrayIfState`: more suffixes are refused. */
const COMBINATORS_MAX = 8;

function lowerCased(names: Iterable<string>): Set<string> {
  return new Set([...names].map((name) => name.toLowerCase()));
}

function reviewed(found: EngineFunction, all: ReadonlyMap<string, EngineFunction>): boolean {
  let target: EngineFunction | undefined = found;
  for (let depth = 0; depth < ALIAS_DEPTH_MAX && target !== undefined; depth++) {
    if (target.origin !== 'System' || FUNCTION_EXCEPTIONS.includes(target.name)) return false;
    if (FUNCTIONS.includes(target.name)) return true;
    if (target.aliasTo === '') return FUNCTION_CATEGORIES.includes(target.category);
    target = all.get(target.aliasTo);
  }
  return false;
}

/** The functions of the engine whose every spelling is reviewed, lower case. */
function allowedFunctions(functions: readonly EngineFunction[]): Set<string> {
  const all = new Map(functions.map((found) => [found.name, found]));
  const allowed = lowerCased(functions.filter((f) => reviewed(f, all)).map((f) => f.name));
  for (const found of functions) {
    if (!reviewed(found, all)) allowed.delete(found.name.toLowerCase());
  }
  return allowed;
}

/** Which names `user` SQL may put before a bracket: what is unknown is refused. */
export class FunctionPolicy {
  readonly #functions: ReadonlySet<string>;
  readonly #callable: ReadonlySet<string>;
  readonly #aggregates: ReadonlySet<string>;
  readonly #tableFunctions: ReadonlySet<string>;
  readonly #allowedTableFunctions: ReadonlySet<string> = lowerCased(TABLE_FUNCTIONS);
  readonly #combinators: ReadonlySet<string>;
  readonly #words: ReadonlySet<string>;

  constructor(engine: EngineNames) {
    this.#functions = allowedFunctions(engine.functions);
    const aggregates = engine.functions.filter((found) => found.isAggregate);
    const names = lowerCased(aggregates.map((found) => found.name));
    this.#aggregates = new Set([...names].filter((name) => this.#functions.has(name)));
    this.#tableFunctions = lowerCased(engine.tableFunctions);
    this.#combinators = lowerCased(engine.combinators);
    this.#callable = lowerCased(engine.functions.map((found) => found.name));
    // The name of a type that is also one of a function is judged as the function.
    const words = [...lowerCased(engine.dataTypes), ...SYNTAX_WORDS];
    const called = (name: string): boolean =>
      this.#callable.has(name) || this.#tableFunctions.has(name);
    this.#words = new Set(words.filter((name) => !called(name)));
  }

  /** Every ordinary and aggregate function that may be called, lower case, in order. */
  get names(): readonly string[] {
    return [...this.#functions].sort();
  }

  /** `quoted` names are never words of the grammar. */
  allows(name: string, quoted: boolean): boolean {
    const lower = name.toLowerCase();
    if (this.#tableFunctions.has(lower)) return this.#allowedTableFunctions.has(lower);
    if (this.#functions.has(lower) || (!quoted && this.#words.has(lower))) return true;
    return this.#isCombined(lower);
  }

  /**
   * A function that may not be called, so that its bare name must not stand as a value either:
   * `arrayMap(file, paths)` calls it.
   */
  isForbiddenValue(name: string): boolean {
    const lower = name.toLowerCase();
    return this.#callable.has(lower) && !this.#functions.has(lower);
  }

  /** An aggregate function with suffixes; taking them off can never give another kind's name. */
  #isCombined(lower: string): boolean {
    let names = [lower];
    for (let depth = 0; depth < COMBINATORS_MAX && names.length > 0; depth++) {
      const shorter = new Set<string>();
      for (const name of names) {
        for (const suffix of this.#combinators) {
          if (name.endsWith(suffix)) shorter.add(name.slice(0, -suffix.length));
        }
      }
      names = [...shorter];
      if (names.some((name) => this.#aggregates.has(name))) return true;
    }
    return false;
  }
}
