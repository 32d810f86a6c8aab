/** Freezes plain objects and arrays all the way down; instances of classes are left alone. */
export function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && !Array.isArray(value)) return;
  Object.freeze(value);
  for (const child of Object.values(value)) deepFreeze(child);
}
