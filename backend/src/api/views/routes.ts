import { createRoute, z } from '@hono/zod-openapi';
import { type StateStore, TooManyViews } from '../../state/index.ts';
import { actorOf } from '../actor.ts';
import { BAD_REQUEST, jsonAnswer, NOT_FOUND } from '../answers.ts';
import type { Api } from '../env.ts';
import { ApiFailure } from '../failure.ts';
import { KeepViewRequestSchema, SavedViewSchema, ViewsSchema } from './schema.ts';

const tags = ['views'];
const params = z.object({
  id: z
    .string()
    .regex(/^[0-9A-Za-z]{1,20}$/, 'must be the id of a view')
    .openapi({ example: 'q7Tm2LxZ0b' }),
});

/** Views of the page under a name, and short links to any. */
export function addViews(api: Api, state: StateStore): void {
  addList(api, state);
  addKeep(api, state);
  addRemove(api, state);
  addShortLink(api, state);
}

function addList(api: Api, state: StateStore): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/views',
    tags,
    summary: 'The saved views, by name',
    responses: { 200: jsonAnswer('Those with a name.', ViewsSchema) },
  });
  api.openapi(route, async (context) => {
    const views = await state.views.named(context.get('viewer').tenant);
    return context.json({ views: [...views] }, 200);
  });
}

function addKeep(api: Api, state: StateStore): void {
  const route = createRoute({
    method: 'post',
    path: '/api/v1/views',
    tags,
    summary: 'Save a view, or make a short link',
    description:
      'Under a name that is taken the view is replaced. Without a name there is only a link, ' +
      '`/v/ID`; the same address always has the same one.',
    request: {
      body: { required: true, content: { 'application/json': { schema: KeepViewRequestSchema } } },
    },
    responses: { 200: jsonAnswer('What is kept.', SavedViewSchema), ...BAD_REQUEST },
  });
  api.openapi(route, async (context) => {
    const { name, address } = context.req.valid('json');
    const { tenant } = context.get('viewer');
    const change = { actor: actorOf(context), nowMs: Date.now() };
    try {
      return context.json(await state.views.keep({ tenant, name, address }, change), 200);
    } catch (error) {
      if (!(error instanceof TooManyViews)) throw error;
      throw new ApiFailure('BAD_REQUEST', error.message, {
        hint: 'Forget one that nobody needs: DELETE /api/v1/views/ID, or the cross in the palette.',
        cause: error,
      });
    }
  });
}

function addRemove(api: Api, state: StateStore): void {
  const route = createRoute({
    method: 'delete',
    path: '/api/v1/views/{id}',
    tags,
    summary: 'Forget a view and its link',
    request: { params },
    responses: { 204: { description: 'It is gone.' }, ...BAD_REQUEST, ...NOT_FOUND },
  });
  api.openapi(route, async (context) => {
    const { id } = context.req.valid('param');
    if (await state.views.remove(context.get('viewer').tenant, id)) return context.body(null, 204);
    throw noView(id);
  });
}

/** What people pass on: leads to the page as it was kept; one that is gone to the page that says so. */
function addShortLink(api: Api, state: StateStore): void {
  api.get('/v/:id', async (context, next) => {
    const id = context.req.param('id');
    const view = await state.views.view(context.get('viewer').tenant, id);
    if (view === undefined) return next();
    return context.redirect(view.address, 302);
  });
}

function noView(id: string): ApiFailure {
  return new ApiFailure('NOT_FOUND', `there is no view ${id.slice(0, 20)}`, {
    hint: 'It may have been forgotten, or belong to another Sonde.',
  });
}
