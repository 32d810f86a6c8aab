/** The part of zod's refinement and transformation contexts that fields use. */
export interface IssueSink {
  addIssue(issue: {
    code: 'custom';
    message: string;
    path?: PropertyKey[];
    params?: Record<string, unknown>;
  }): void;
}

export interface Refusal {
  /** The Collector's text. */
  readonly text: string;
  readonly path?: readonly PropertyKey[];
  readonly hint?: string;
}

/** The value cannot be read: reported beside wrong types, before any check of meaning. */
export function refuseReading(sink: IssueSink, refusal: Refusal): void {
  add(sink, refusal, 'unmarshal');
}

/** The value can be read and makes no sense: what upstream's `Validate` says. */
export function refuseMeaning(sink: IssueSink, refusal: Refusal): void {
  add(sink, refusal, 'validate');
}

function add(sink: IssueSink, refusal: Refusal, stage: 'unmarshal' | 'validate'): void {
  sink.addIssue({
    code: 'custom',
    message: refusal.text,
    path: [...(refusal.path ?? [])],
    params: { stage, hint: refusal.hint },
  });
}
