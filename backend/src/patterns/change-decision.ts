import { LOG_PATTERN_LEAVES_MAX, type LogPatternSetting } from '@sonde/pipeline/settings';
import type { PatternChangeRequest } from '../api/contract/index.ts';

/** What a change is about: all ids that lines of the pattern have now. */
export interface PatternIds {
  readonly tenant: string;
  readonly service: string;
  /** The pattern's own. */
  readonly id: string;
  /** Those with most lines first: of many the setting names some. */
  readonly leaves: readonly string[];
}

/** What a day's lines had in bodies, in bytes. */
export interface DayBytes {
  readonly bytes: number;
  /** Of those that are errors. */
  readonly errorBytes: number;
}

/** The setting of a pattern after a change; undefined where nothing is decided any more. */
export function changedSetting(
  before: LogPatternSetting | undefined,
  { ids, change, day }: PatternWish,
): LogPatternSetting | undefined {
  const { tenant, service, id } = ids;
  const { service: _service, id: _id, ...changes } = change;
  const setting = {
    ...UNDECIDED,
    ...before,
    ...changes,
    ...{ tenant, service, id },
    leaves: ids.leaves.filter((leaf) => leaf !== id).slice(0, LOG_PATTERN_LEAVES_MAX),
  };
  if (isUndecided(setting)) return undefined;
  const isOfAmount = change.keepOneIn !== undefined || change.alsoErrors !== undefined;
  return isOfAmount ? { ...setting, savedBytesADay: savedBytes(setting, day, before) } : setting;
}

/** A change of what is decided about a pattern, and what its lines of the last day had. */
export interface PatternWish {
  readonly ids: PatternIds;
  readonly change: PatternChangeRequest;
  readonly day: DayBytes;
}

/** What the last day says that a day's lines have in bodies, where fewer are to be stored. */
function savedBytes(
  { keepOneIn, alsoErrors }: Pick<LogPatternSetting, 'keepOneIn' | 'alsoErrors'>,
  { bytes, errorBytes }: DayBytes,
  before: LogPatternSetting | undefined,
): number {
  if (keepOneIn === 1) return 0;
  // Of lines that are not stored the last day says nothing: what was saved by that does.
  const saved = before?.keepOneIn === 0 ? before.savedBytesADay : 0;
  const ofErrors = before?.alsoErrors === true;
  const others = Math.max(bytes - errorBytes, ofErrors ? 0 : saved);
  const all = alsoErrors ? Math.max(others + errorBytes, ofErrors ? saved : 0) : others;
  return keepOneIn === 0 ? all : all * (1 - 1 / keepOneIn);
}

/** Ids of patterns that people merged into this one: what is decided about it is for their lines, too. */
export function mergedIds(
  settings: readonly LogPatternSetting[],
  { tenant, service, id, leaves }: PatternIds,
): readonly string[] {
  const known = new Set([id, ...leaves]);
  return settings
    .filter((setting) => setting.tenant === tenant && setting.service === service)
    .filter(({ mergedInto }) => mergedInto !== null && known.has(mergedInto))
    .flatMap((setting) => [setting.id, ...setting.leaves]);
}

/** The one that holds for any of these ids. */
export function settingOf(
  settings: readonly LogPatternSetting[],
  { tenant, service, id, leaves }: PatternIds,
): LogPatternSetting | undefined {
  const known = new Set([id, ...leaves]);
  return settings.find(
    (setting) =>
      setting.tenant === tenant &&
      setting.service === service &&
      (known.has(setting.id) || setting.leaves.some((leaf) => known.has(leaf))),
  );
}

const UNDECIDED = {
  ...{ name: '', isMuted: false, isPinned: false, mergedInto: null },
  ...{ keepOneIn: 1, alsoErrors: false, savedBytesADay: 0 },
};

function isUndecided(setting: LogPatternSetting): boolean {
  const { name, isMuted, isPinned, mergedInto, keepOneIn } = setting;
  return name === '' && !isMuted && !isPinned && mergedInto === null && keepOneIn === 1;
}
