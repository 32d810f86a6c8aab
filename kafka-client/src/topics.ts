import { TOPICS } from '@sonde/buffer';
import { refuseMeaning } from '@sonde/pipeline';
import type { Signal } from '@sonde/proto';
import { z } from 'zod';

export const ENCODINGS = ['otlp_proto', 'otlp_json'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** Whose bytes are no requests; said in words because the Collector has them. */
const OTHER_ENCODINGS: ReadonlySet<string> = new Set([
  'jaeger_proto',
  'jaeger_json',
  'zipkin_proto',
  'zipkin_json',
  'zipkin_thrift',
  'raw',
  'text',
  'json',
  'azure_resource_logs',
]);

/**
 * `encoding` of a signal's messages, one of `encodings`; `otlp_proto` where neither a signal nor all
 * have one.
 */
export function encodingField<E extends string>(encodings: readonly E[]): z.ZodType<E> {
  return z.string().transform((text, context): E => {
    const known = encodings.find((encoding) => encoding === text);
    if (known !== undefined) return known;
    const hint = OTHER_ENCODINGS.has(text)
      ? 'messages of this encoding are not OTLP requests, which Sonde does not take yet'
      : `one of ${encodings.join(', ')}`;
    refuseMeaning(context, { text: `encoding ${JSON.stringify(text)} is not supported`, hint });
    return z.NEVER;
  });
}

/** The Collector's default topic of a signal. */
export function defaultTopic(signal: Signal): string {
  return TOPICS[signal];
}

/** As Kafka has it. */
const TOPIC_NAME = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/;

/** Refuses a topic that no Kafka could have: every request for it would be refused for good. */
export function checkTopicName(
  topic: string,
  path: readonly string[],
  context: z.core.$RefinementCtx,
): void {
  if (TOPIC_NAME.test(topic)) return;
  const text = `${JSON.stringify(topic)} is no name of a topic`;
  const hint = 'up to 249 of a-z, A-Z, 0-9, dot, underscore and hyphen';
  refuseMeaning(context, { text, path: [...path], hint });
}
