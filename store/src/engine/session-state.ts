import { quotedIdentifier, stringLiteral } from './sql-literals.ts';

/** Setting names to values, as text. */
export type SettingsMap = ReadonlyMap<string, string>;

/**
 * Carries a connection's tag. The engine lists a statement with parameters as it formats it itself,
 * without comments, so a tag in the text would be lost. What a client wants it to be is ignored.
 */
export const TAG_SETTING = 'log_comment';

/** What a statement wants its session to be. */
export interface SessionState {
  readonly database: string;
  readonly settings: SettingsMap;
}

/** One text for equal states, to find a connection that is in the wanted one already. */
export function stateKey(state: SessionState): string {
  const settings = [...state.settings].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([state.database, settings]);
}

/**
 * The statements that bring a session from one state to another: nothing a statement set is seen by
 * the next one. Settings in `base` are the connection's own and are gone back to; others to the
 * engine's defaults.
 */
export function stateChanges(from: SessionState, to: SessionState, base: SettingsMap): string[] {
  const assignments: string[] = [];
  for (const [name, value] of to.settings) {
    if (name === TAG_SETTING) continue;
    if (from.settings.get(name) !== value) assignments.push(`${name} = ${stringLiteral(value)}`);
  }
  for (const name of from.settings.keys()) {
    if (to.settings.has(name) || name === TAG_SETTING) continue;
    const own = base.get(name);
    assignments.push(`${name} = ${own === undefined ? 'DEFAULT' : stringLiteral(own)}`);
  }
  const changes: string[] = [];
  if (from.database !== to.database) changes.push(`USE ${quotedIdentifier(to.database)}`);
  // Last: `readonly` may be among them, and ends all changing.
  if (assignments.length > 0) changes.push(`SET ${assignments.join(', ')}`);
  return changes;
}
