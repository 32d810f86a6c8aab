/** A piece of a template: text, or the value at a place (from 1). */
export interface TemplatePart {
  readonly text: string;
  /** 0 for text. */
  readonly place: number;
}

const MARK = '<*>';

/** Cuts a template where its values stand. */
export function templateParts(template: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  template.split(MARK).forEach((text, index) => {
    if (index > 0) parts.push({ text: MARK, place: index });
    if (text !== '') parts.push({ text, place: 0 });
  });
  return parts;
}

export function placeCount(template: string): number {
  return template.split(MARK).length - 1;
}
