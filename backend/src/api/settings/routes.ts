import { createRoute, z } from '@hono/zod-openapi';
import { matchesEtag } from '../../http/etag.ts';
import { ANSWER_LIMITS } from '../../limits.ts';
import { type SettingsVersion, type StateStore, VersionConflict } from '../../state/index.ts';
import { actorOf } from '../actor.ts';
import { BAD_REQUEST, jsonAnswer, NOT_FOUND, VERSION_CONFLICT } from '../answers.ts';
import type { Api } from '../env.ts';
import { ApiFailure } from '../failure.ts';
import { SettingsDocumentSchema, SettingsVersionsSchema } from './schema.ts';

const tags = ['settings'];

/** The settings channel: pipelines poll it with the ETag, people change it. */
export function addSettings(api: Api, state: StateStore): void {
  addCurrent(api, state);
  addVersions(api, state);
  addVersion(api, state);
  addChange(api, state);
}

function addCurrent(api: Api, state: StateStore): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/settings',
    tags,
    summary: 'The newest settings',
    description: 'Poll it with `If-None-Match`: 304 as long as nothing changed.',
    request: {
      headers: z.object({
        'if-none-match': z.string().optional().openapi({ example: '"settings-0"' }),
      }),
    },
    responses: {
      200: jsonAnswer('The newest version.', SettingsDocumentSchema),
      304: { description: 'The version of `If-None-Match` is still the newest.' },
    },
  });
  api.openapi(route, async (context) => {
    const { settings } = await state.settings.current();
    const etag = `"settings-${settings.version}"`;
    context.header('ETag', etag);
    context.header('Cache-Control', 'no-cache');
    if (matchesEtag(context.req.valid('header')['if-none-match'], etag)) {
      return context.body(null, 304);
    }
    return context.json(settings, 200);
  });
}

function addVersions(api: Api, state: StateStore): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/settings/versions',
    tags,
    summary: 'Who changed the settings when',
    responses: { 200: jsonAnswer('Newest first.', SettingsVersionsSchema) },
  });
  api.openapi(route, async (context) => {
    const versions = await state.settings.list(ANSWER_LIMITS.settingsVersionsMax);
    return context.json({ versions: versions.map(versionInfo) }, 200);
  });
}

function versionInfo(version: SettingsVersion): {
  version: number;
  createdMs: number;
  actor: string;
} {
  const { settings, createdMs, actor } = version;
  return { version: settings.version, createdMs, actor };
}

function addVersion(api: Api, state: StateStore): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/settings/versions/{version}',
    tags,
    summary: 'One version of the settings',
    description: "A version's content never changes, so it may be cached for ever.",
    request: {
      params: z.object({
        version: z
          .string()
          .regex(/^\d{1,9}$/, 'must be a whole number')
          .transform(Number)
          .openapi({ example: '0', type: 'integer' }),
      }),
    },
    responses: {
      200: jsonAnswer('That version.', SettingsDocumentSchema),
      ...BAD_REQUEST,
      ...NOT_FOUND,
    },
  });
  api.openapi(route, async (context) => {
    const { version } = context.req.valid('param');
    const found = await state.settings.version(version);
    if (found === undefined) {
      throw new ApiFailure('NOT_FOUND', `there is no version ${version} of the settings`, {
        hint: 'GET /api/v1/settings/versions lists them.',
      });
    }
    context.header('Cache-Control', 'private, max-age=31536000, immutable');
    return context.json(found.settings, 200);
  });
}

function addChange(api: Api, state: StateStore): void {
  const route = createRoute({
    method: 'put',
    path: '/api/v1/settings',
    tags,
    summary: 'Change the settings',
    description:
      'Send the whole document with the `version` it was edited from; it becomes the next version. ' +
      'Sections and fields that are left out get their defaults.',
    request: {
      body: { required: true, content: { 'application/json': { schema: SettingsDocumentSchema } } },
    },
    responses: {
      200: jsonAnswer('The new version.', SettingsDocumentSchema),
      ...BAD_REQUEST,
      ...VERSION_CONFLICT,
    },
  });
  api.openapi(route, async (context) => {
    const settings = context.req.valid('json');
    const change = { actor: actorOf(context), nowMs: Date.now() };
    try {
      const changed = await state.settings.put(settings, change);
      context.header('ETag', `"settings-${changed.settings.version}"`);
      return context.json(changed.settings, 200);
    } catch (error) {
      if (!(error instanceof VersionConflict)) throw error;
      throw new ApiFailure('VERSION_CONFLICT', error.message, {
        hint: 'Load the newest version, make the change again, and save it.',
        cause: error,
      });
    }
  });
}
