import { z } from '@hono/zod-openapi';
import type { KeepViewRequest, SavedView, ViewsResponse } from '../contract/index.ts';
import type { WireShape } from '../wire-shape.ts';

const NAME_LENGTH_MAX = 80;
const ADDRESS_LENGTH_MAX = 8000;

/** Of this page alone: nothing that is kept may lead to another host. */
const ADDRESS = /^\/(?![/\\])[^\s\\\p{Cc}]*$/u;

const example: SavedView = {
  id: 'q7Tm2LxZ0b',
  name: 'slow carts',
  address: '/traces?where=service%3Dcart+duration%3E1s&range=3h',
  createdMs: 1_790_000_000_000,
  actor: 'local (127.0.0.1)',
};

export const SavedViewSchema: z.ZodType<SavedView> = z
  .strictObject({
    id: z.string(),
    name: z.string().nullable(),
    address: z.string(),
    createdMs: z.number(),
    actor: z.string(),
  })
  .openapi('SavedView', { example });

export const ViewsSchema: z.ZodType<WireShape<ViewsResponse>> = z
  .strictObject({ views: z.array(SavedViewSchema) })
  .openapi('ViewsResponse', { example: { views: [example] } });

export const KeepViewRequestSchema: z.ZodType<KeepViewRequest> = z
  .strictObject({
    name: z.string().trim().min(1).max(NAME_LENGTH_MAX).optional(),
    address: z
      .string()
      .max(ADDRESS_LENGTH_MAX)
      .regex(ADDRESS, 'must be a path of the page with its query, such as `/logs?q=timeout`'),
  })
  .openapi('KeepViewRequest', { example: { name: 'slow carts', address: example.address } });
