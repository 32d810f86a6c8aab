import { GoRegexp } from '@sonde/go-regexp';
import type { ClientInfo } from '@sonde/pipeline';
import {
  AttributeEditor,
  type AttributeRow,
  type AttributeValue,
  keepShape,
  removeKey,
  SpanColumns,
} from '@sonde/proto';
import type { ActionConfig } from './action-config.ts';
import { configuredValue } from './configured-value.ts';
import { contextValue } from './context-value.ts';
import { convertedValue } from './converted-value.ts';
import { ValueHasher } from './hashed-value.ts';

/** Keys of a batch whose answer to a pattern is remembered. */
const ANSWERS_MAX = 4096;

/** Actions ready to be bound to the tables of batches. */
export class AttributeActions {
  readonly #bind: readonly ((keys: Keys) => Action)[];

  /** The configuration has passed `actionList`. */
  constructor(actions: readonly ActionConfig[]) {
    this.#bind = actions.map(compileAction);
  }

  /** For the rows of one table or request, which all came from `client`: keys are looked up once. */
  bind(editor: AttributeRow, client?: ClientInfo | undefined): BoundActions {
    const keys = new Keys(editor, client);
    const actions = this.#bind.map((bind) => bind(keys));
    return () => {
      for (const action of actions) action();
    };
  }
}

/** Applies all actions, in order, to the open row. */
export type BoundActions = () => void;

type Action = () => void;

/** Keys of one editor's dictionary, which grows while rows are edited. */
class Keys {
  readonly editor: AttributeRow;
  readonly client: ClientInfo | undefined;

  constructor(editor: AttributeRow, client: ClientInfo | undefined) {
    this.editor = editor;
    this.client = client;
  }

  key(text: string): Key {
    return new Key(this.editor, text);
  }

  /** The entries whose key matches; each key is asked about once, while there are few. */
  matching(regexp: GoRegexp): (index: number) => boolean {
    const answers = new Map<string, boolean>();
    return (index) => {
      const key = this.editor.keyTextAt(index);
      const known = answers.get(key);
      if (known !== undefined) return known;
      const answer = regexp.test(key);
      if (answers.size < ANSWERS_MAX) answers.set(key, answer);
      return answer;
    };
  }
}

class Key {
  readonly #editor: AttributeRow;
  readonly #text: string;
  #id = -1;
  #searched = -1;

  constructor(editor: AttributeRow, text: string) {
    this.#editor = editor;
    this.#text = text;
  }

  /** -1 while no row has the key. */
  get id(): number {
    if (this.#id === -1) {
      const { keyCount } = this.#editor;
      if (this.#searched !== keyCount) this.#id = this.#editor.findKey(this.#text);
      this.#searched = keyCount;
    }
    return this.#id;
  }

  /** Where the open row has it, or -1. */
  get index(): number {
    return this.id === -1 ? -1 : this.#editor.indexOf(this.id);
  }

  append(value: AttributeValue): void {
    if (this.id === -1) this.#id = this.#editor.internKey(this.#text);
    this.#editor.append(this.#id, value);
  }

  /** Every entry of the key, should a sender have written it twice. */
  setAll(value: AttributeValue): void {
    for (let i = this.index; i !== -1; i = this.#editor.indexOf(this.id, i + 1)) {
      this.#editor.set(i, value);
    }
  }
}

keepShape(new Keys(new AttributeEditor(new SpanColumns(0)), undefined).key(''));

function compileAction(config: ActionConfig): (keys: Keys) => Action {
  const { key, pattern } = config;
  const regexp = pattern === '' ? undefined : new GoRegexp(pattern);
  switch (config.action.toLowerCase()) {
    case 'insert':
      return (keys) => write(keys, config, { insert: true, update: false });
    case 'update':
      return (keys) => write(keys, config, { insert: false, update: true });
    case 'upsert':
      return (keys) => write(keys, config, { insert: true, update: true });
    case 'delete':
      return (keys) => remove(keys, key, regexp);
    case 'hash':
      return hashing(key, regexp);
    case 'extract':
      return (keys) => extract(keys, key, regexp);
    default:
      return converting(key, config.converted_type);
  }
}

function write(
  keys: Keys,
  config: ActionConfig,
  does: { readonly insert: boolean; readonly update: boolean },
): Action {
  const target = keys.key(config.key);
  const read = source(keys, config);
  return () => {
    const exists = target.index !== -1;
    if (exists ? !does.update : !does.insert) return;
    const value = read();
    if (value === undefined) return;
    if (exists) target.setAll(value);
    else target.append(value);
  };
}

/** The value to write into the open row; undefined where its source has none. */
function source(keys: Keys, config: ActionConfig): () => AttributeValue | undefined {
  const { value, default_value: otherwise, from_attribute: from, from_context: context } = config;
  if (value !== undefined && value !== null) {
    const constant = configuredValue(value);
    return () => constant;
  }
  const fallback =
    otherwise === undefined || otherwise === null ? undefined : configuredValue(otherwise);
  if (context !== '') {
    const known = contextValue(keys.client, context) ?? fallback;
    return () => known;
  }
  if (from === '') return () => fallback;
  const key = keys.key(from);
  return () => {
    const { index } = key;
    return index === -1 ? fallback : keys.editor.valueAt(index);
  };
}

function remove(keys: Keys, text: string, regexp: GoRegexp | undefined): Action {
  const { editor } = keys;
  const key = keys.key(text);
  const matches = regexp === undefined ? undefined : keys.matching(regexp);
  return () => {
    if (text !== '' && key.id !== -1) removeKey(editor, key.id);
    if (matches === undefined) return;
    for (let i = editor.count - 1; i >= 0; i--) if (matches(i)) editor.remove(i);
  };
}

function hashing(key: string, regexp: GoRegexp | undefined): (keys: Keys) => Action {
  const hasher = new ValueHasher();
  return (keys) => change(keys, key, regexp, (index) => hasher.hash(keys.editor, index));
}

function converting(key: string, type: string): (keys: Keys) => Action {
  const convert = convertedValue(type);
  return (keys) =>
    change(keys, key, undefined, (index) => {
      const value = convert(keys.editor.valueAt(index));
      if (value !== undefined) keys.editor.set(index, value);
    });
}

/** Applies something to the entries of a key and of keys that match. */
function change(
  keys: Keys,
  text: string,
  regexp: GoRegexp | undefined,
  apply: (index: number) => void,
): Action {
  const { editor } = keys;
  const key = keys.key(text);
  const matches = regexp === undefined ? undefined : keys.matching(regexp);
  return () => {
    if (text !== '') {
      for (let i = key.index; i !== -1; i = editor.indexOf(key.id, i + 1)) apply(i);
    }
    if (matches === undefined) return;
    // As upstream: a key that is named and matches too is changed twice.
    for (let i = 0; i < editor.count; i++) if (matches(i)) apply(i);
  };
}

function extract(keys: Keys, text: string, regexp: GoRegexp | undefined): Action {
  const { editor } = keys;
  const key = keys.key(text);
  const targets = regexp?.groupNames.map((name) => keys.key(name)) ?? [];
  return () => {
    const index = key.index;
    const value = index === -1 ? null : editor.valueAt(index);
    const groups = typeof value === 'string' ? regexp?.findGroups(value) : undefined;
    if (groups === undefined) return;
    for (const [i, target] of targets.entries()) {
      const group = groups[i] ?? '';
      if (target.index === -1) target.append(group);
      else target.setAll(group);
    }
  };
}
