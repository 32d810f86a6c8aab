import { createRoute } from '@hono/zod-openapi';
import { LOG_PATTERN_SETTINGS_MAX, type LogPatternSetting } from '@sonde/pipeline/settings';
import type { Context } from 'hono';
import {
  changedSetting,
  type DayBytes,
  mergedIds,
  type PatternIds,
  type PatternWish,
  settingOf,
} from '../../patterns/change-decision.ts';
import { dayQuery, slotsQuery } from '../../patterns/pattern-queries.ts';
import { type SettingsVersion, type StateStore, VersionConflict } from '../../state/index.ts';
import type { StoreReader } from '../../store-reader.ts';
import { actorOf } from '../actor.ts';
import { jsonAnswer, NOT_FOUND, STORE_REFUSALS, VERSION_CONFLICT } from '../answers.ts';
import type { PatternChangeRequest, PatternDecision } from '../contract/index.ts';
import type { Api, ApiEnv } from '../env.ts';
import { ApiFailure } from '../failure.ts';
import { PatternChangeRequestSchema, PatternChangeSchema } from './schema.ts';

/** Somebody else may change the settings at the same time. */
const TRIES_MAX = 5;

export function addPatternChange(api: Api, store: StoreReader, state: StateStore): void {
  const route = createRoute({
    method: 'put',
    path: '/api/v1/patterns',
    tags: ['patterns'],
    summary: 'Name, mute, pin or merge a pattern, or store fewer of its lines',
    description:
      'Becomes the next version of the settings, which pipelines poll. `keepOneIn` is obeyed before ' +
      'lines are stored: 0 stores none, 100 one in a hundred with its weight; errors are stored all ' +
      'the same unless `alsoErrors` is set. It holds for what the pattern is later, too.',
    request: {
      body: {
        required: true,
        content: { 'application/json': { schema: PatternChangeRequestSchema } },
      },
    },
    responses: {
      200: jsonAnswer('What is decided now.', PatternChangeSchema),
      ...NOT_FOUND,
      ...VERSION_CONFLICT,
      ...STORE_REFUSALS,
    },
  });
  api.openapi(route, async (context) => {
    const change = context.req.valid('json');
    const signal = context.get('signal');
    const found = await idsOf(store, { tenant: context.get('viewer').tenant, change, signal });
    const { settings } = await state.settings.current();
    const merged = mergedIds(settings.logPatterns, found);
    const { ids, day } = await lastDay(store, { ids: found, merged, signal });
    const stored = await putSetting(state, { ids, change, day }, context);
    const setting = settingOf(stored.settings.logPatterns, ids);
    const answer = {
      settingsVersion: stored.settings.version,
      decision: setting === undefined ? UNDECIDED : decisionOf(setting),
    };
    return context.json(answer, 200);
  });
}

const UNDECIDED: PatternDecision = {
  ...{ name: '', isMuted: false, isPinned: false },
  ...{ keepOneIn: 1, alsoErrors: false, savedBytesADay: 0 },
};

function decisionOf(setting: LogPatternSetting): PatternDecision {
  const { name, isMuted, isPinned, keepOneIn, alsoErrors, savedBytesADay } = setting;
  return { name, isMuted, isPinned, keepOneIn, alsoErrors, savedBytesADay };
}

interface Asked {
  readonly tenant: string;
  readonly change: PatternChangeRequest;
  readonly signal: AbortSignal;
}

async function idsOf(store: StoreReader, { tenant, change, signal }: Asked): Promise<PatternIds> {
  const { service, id } = change;
  const owner = { tenant, service };
  const { rows } = await store.read(slotsQuery(owner, [id]), signal);
  const [first] = rows;
  if (first === undefined) {
    throw new ApiFailure('NOT_FOUND', `no pattern ${id} of ${service}`, {
      hint: 'GET /api/v1/patterns lists them; a new one takes some seconds.',
    });
  }
  return { ...owner, id: first.pattern, leaves: rows.map(({ leaf }) => leaf) };
}

/** What lines of the last day had; ids are given back with those of most lines first. */
async function lastDay(
  store: StoreReader,
  asked: {
    readonly ids: PatternIds;
    readonly merged: readonly string[];
    readonly signal: AbortSignal;
  },
): Promise<{ readonly ids: PatternIds; readonly day: DayBytes }> {
  const { ids, merged, signal } = asked;
  const all = [...new Set([...ids.leaves, ...merged])];
  const { rows } = await store.read(dayQuery(ids, all, Date.now()), signal);
  const records = new Map(rows.map((row) => [row.id, row.records]));
  const leaves = ids.leaves.toSorted(
    (x, y) => (records.get(y) ?? 0) - (records.get(x) ?? 0) || (x < y ? -1 : 1),
  );
  const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
  const errorBytes = rows.reduce((sum, row) => sum + row.error_bytes, 0);
  return { ids: { ...ids, leaves }, day: { bytes, errorBytes } };
}

async function putSetting(
  state: StateStore,
  wish: PatternWish,
  context: Context<ApiEnv>,
): Promise<SettingsVersion> {
  const { ids } = wish;
  const by = { actor: actorOf(context), nowMs: Date.now() };
  for (let tries = 1; ; tries++) {
    const { settings } = await state.settings.current();
    const before = settingOf(settings.logPatterns, ids);
    const changed = changedSetting(before, wish);
    const others = settings.logPatterns.filter((setting) => setting !== before);
    const logPatterns = changed === undefined ? others : [...others, changed];
    if (logPatterns.length > LOG_PATTERN_SETTINGS_MAX) {
      throw new ApiFailure(
        'TOO_LARGE',
        `something is decided about ${LOG_PATTERN_SETTINGS_MAX} patterns already`,
      );
    }
    try {
      return await state.settings.put({ ...settings, logPatterns }, by);
    } catch (error) {
      if (!(error instanceof VersionConflict)) throw error;
      if (tries < TRIES_MAX) continue;
      throw new ApiFailure('VERSION_CONFLICT', error.message, { cause: error });
    }
  }
}
