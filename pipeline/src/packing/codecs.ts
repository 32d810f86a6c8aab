/**
 * Loads a codec when it is first needed: most processes meet one. Kept, because a second `import` of
 * the same file costs as much as unpacking a small body.
 */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}

export const lz4Codec: () => Promise<typeof import('./lz4.ts')> = once(() => import('./lz4.ts'));
export const snappyCodec: () => Promise<typeof import('./snappy.ts')> = once(
  () => import('./snappy.ts'),
);
export const zstdCodec: () => Promise<typeof import('./zstd.ts')> = once(() => import('./zstd.ts'));
