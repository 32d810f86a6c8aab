import { z } from 'zod';
import { rememberInner } from './wrapped-schema.ts';

/**
 * An optional section (upstream's `configoptional`): undefined where it is off. Null and `{}` turn
 * it on with its defaults; inside it `enabled: false` turns it off, its keys still being checked.
 * `absent` says what no section at all means, `showsEnabled` that `print-config` says it is on.
 */
export function section<C>(
  inner: z.ZodType<C>,
  options: { readonly absent: 'on'; readonly showsEnabled?: boolean },
): z.ZodPrefault<z.ZodType<C | undefined>>;
export function section<C>(
  inner: z.ZodType<C>,
  options: { readonly absent: 'off' },
): z.ZodOptional<z.ZodType<C | undefined>>;
export function section<C>(
  inner: z.ZodType<C>,
  options: { readonly absent: 'on' | 'off'; readonly showsEnabled?: boolean },
): z.ZodType<C | undefined> {
  const schema = z.unknown().transform((raw, context): C | undefined => {
    const { enabled, rest } = splitEnabled(raw);
    if (typeof enabled !== 'boolean') {
      context.addIssue({
        code: 'invalid_type',
        expected: 'boolean',
        path: ['enabled'],
        input: enabled,
        message: 'expected boolean',
      });
      return z.NEVER;
    }
    const parsed = inner.safeParse(rest);
    if (parsed.success) return enabled ? parsed.data : undefined;
    for (const issue of parsed.error.issues) {
      // What makes no sense does no harm where it is off; upstream does not check it either.
      if (enabled || issue.code !== 'custom') context.addIssue({ ...issue });
    }
    return enabled ? z.NEVER : undefined;
  });
  rememberInner(schema, inner, {
    isSection: true,
    showsEnabled: options.showsEnabled ?? false,
  });
  return options.absent === 'on' ? schema.prefault({}) : schema.optional();
}

function splitEnabled(raw: unknown): { readonly enabled: unknown; readonly rest: unknown } {
  if (raw === null || raw === undefined) return { enabled: true, rest: {} };
  if (typeof raw !== 'object' || Array.isArray(raw)) return { enabled: true, rest: raw };
  const entries = Object.entries(raw);
  const enabled: unknown = entries.find(([key]) => key === 'enabled')?.[1] ?? true;
  return { enabled, rest: Object.fromEntries(entries.filter(([key]) => key !== 'enabled')) };
}

/** A component's whole configuration: absent and null (`otlp:`) stand for the defaults. */
export function nullMeansDefaults<C>(inner: z.ZodType<C>): z.ZodType<C> {
  const schema = z.preprocess((raw) => raw ?? {}, inner);
  rememberInner(schema, inner);
  return schema;
}
