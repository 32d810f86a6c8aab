import { LOG_PATTERN_LEAVES_MAX, type LogPatternSetting } from '@sonde/pipeline/settings';
import type { PatternChangeRequest } from '../api/contract/index.ts';

/** What a change is about: all ids that lines of the pattern have now. */
export interface PatternIds {
  readonly tenant: string;
  readonly service: string;
  /** The pattern's own. */
  readonly id: string;
  readonly leaves: readonly string[];
}

/** The setting of a pattern after a change; undefined where nothing is decided any more. */
export function changedSetting(
  before: LogPatternSetting | undefined,
  ids: PatternIds,
  change: PatternChangeRequest & { readonly savedBytesADay?: number },
): LogPatternSetting | undefined {
  const { tenant, service, id } = ids;
  const { service: _service, id: _id, ...changes } = change;
  const setting: LogPatternSetting = {
    ...UNDECIDED,
    ...before,
    ...changes,
    ...{ tenant, service, id },
    leaves: ids.leaves.filter((leaf) => leaf !== id).slice(0, LOG_PATTERN_LEAVES_MAX),
  };
  return isUndecided(setting) ? undefined : setting;
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
