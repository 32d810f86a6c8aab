/** Kinds of configuration fields that components build their schemas from. */
export * from './byte-size.ts';
export * from './duration.ts';
export * from './endpoint.ts';
export * from './refuse.ts';
export * from './retry-on-failure.ts';
export { Secret, secret } from './secret.ts';
export * from './section.ts';
export * from './sending-queue.ts';
export * from './text-list.ts';
