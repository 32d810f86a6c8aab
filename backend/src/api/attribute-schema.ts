import { z } from '@hono/zod-openapi';
import type { Attribute } from './contract/index.ts';

export const attributeExample: Attribute = {
  key: 'http.response.status_code',
  type: 'int',
  value: '200',
};

export const AttributeSchema: z.ZodType<Attribute> = z
  .strictObject({
    key: z.string(),
    type: z.enum(['empty', 'string', 'bool', 'int', 'double', 'array', 'kvlist', 'bytes']),
    value: z.string(),
  })
  .openapi('Attribute', { example: attributeExample });
