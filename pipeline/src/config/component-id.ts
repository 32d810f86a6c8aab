const TYPE_PATTERN = /^[a-zA-Z][0-9a-zA-Z_]{0,62}$/;
/** No white space, control or symbol characters. */
const NAME_PATTERN = /^[^\p{Z}\p{C}\p{S}]+$/u;
const NAME_CHARS_MAX = 1024;

/** `type[/name]` as users write it, both parts trimmed. */
export interface ComponentId {
  /** The whole id, trimmed: what components and log lines carry. */
  readonly text: string;
  readonly type: string;
  /** Empty where there is none. */
  readonly name: string;
}

export type ComponentIdResult =
  | { readonly ok: true; readonly id: ComponentId }
  | { readonly ok: false; readonly reason: string };

/** Reads an id with the Collector's rules and texts (`component.ID`). */
export function parseComponentId(text: string): ComponentIdResult {
  const slash = text.indexOf('/');
  const type = (slash < 0 ? text : text.slice(0, slash)).trim();
  const name = slash < 0 ? '' : text.slice(slash + 1).trim();
  const reason = idProblem(text, type, slash < 0 ? undefined : name);
  if (reason !== undefined) return { ok: false, reason };
  return { ok: true, id: { text: name === '' ? type : `${type}/${name}`, type, name } };
}

function idProblem(text: string, type: string, name: string | undefined): string | undefined {
  const quoted = JSON.stringify(text);
  if (type === '') {
    if (name === undefined) return 'id must not be empty';
    return `in ${quoted} id: the part before / should not be empty`;
  }
  if (name === '') return `in ${quoted} id: the part after / should not be empty`;
  if (name !== undefined && name.length > NAME_CHARS_MAX) {
    return (
      `in ${JSON.stringify(name)} id: name ${JSON.stringify(name)} is longer than ` +
      `${NAME_CHARS_MAX} characters (${name.length} characters)`
    );
  }
  if (name !== undefined && !NAME_PATTERN.test(name)) {
    const quotedName = JSON.stringify(name);
    return `in ${quotedName} id: invalid character(s) in name ${quotedName}`;
  }
  if (!TYPE_PATTERN.test(type)) {
    return `in ${quoted} id: invalid character(s) in type ${JSON.stringify(type)}`;
  }
  return undefined;
}
