import type { KeyValue } from '@sonde/proto';

/** Attributes that are there; undefined ones are left out. */
export function attributesOf(
  values: Readonly<Record<string, string | number | undefined>>,
): readonly KeyValue[] {
  const list: KeyValue[] = [];
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) continue;
    list.push({
      key,
      value: typeof value === 'string' ? { stringValue: value } : { intValue: value },
    });
  }
  return list;
}
