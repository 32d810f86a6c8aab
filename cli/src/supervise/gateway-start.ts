/** How a process that runs pipelines is started: its arguments and environment. */

/**
 * Arguments of Node for a process that runs pipelines. They must stand on the command line: V8 reads
 * them once, and a running process that changes them crashes in its next collection.
 *
 * What a gateway handles lies in buffers outside of the heap, so that its heap is small and most
 * collections are short ones. Helper threads then cost more CPU than they save: on two busy cores up
 * to half of what receiving costs was helpers that waited for each other.
 *
 * Nor in steps: V8 collects when so much lies outside of the heap (64 MB since the last time), and
 * marking a heap of 20 MB between the steps of other work costs several times what it costs at once
 * (a quarter of what the path into the store costs), for pauses that are no shorter.
 *
 * A young generation of 16 MB from the start: V8 begins with a small one and looks at what survives
 * in the heap, of which there is little, and not at the buffers that belong to it; so it stays small,
 * calls grow old before they are done, and whole collections (20 ms and more) have to find them. With
 * 64 MB in which the old generation may grow, collections are down from 0.07 to 0.01 of the CPU that
 * spans into the store cost. Under load that is no more memory, at rest 84 MB where 53 were. 32 MB
 * do no more than 16.
 */
export const GATEWAY_NODE_ARGS: readonly string[] = [
  '--single-threaded-gc',
  '--no-incremental-marking',
  '--min-semi-space-size=16',
  '--initial-old-space-size=64',
];

/**
 * Those of the agent, which is a guest on its host: its heap stays within some 7 MB of what it holds.
 * 4 MB of young generation rather than 16, which grows by moments of many processes and is 33 MB then;
 * and the old one is collected after less, and moved together, rather than by steps of 8 MB that leave
 * holes. A request costs the same.
 */
export const AGENT_NODE_ARGS: readonly string[] = [
  '--single-threaded-gc',
  '--max-semi-space-size=4',
  '--optimize-for-size',
];

/**
 * Environment of such a process, read by the C library before anything runs. Bodies of a megabyte and
 * more get memory of their own, which goes back to the system with them. Without it glibc learns from
 * the first large bodies to keep them in its heap, and a burst of them stays for good: 300 MB instead
 * of 155 MB after bodies of 19 MB had filled a memory_limiter of 400 MiB.
 */
export const GATEWAY_ENVIRONMENT: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: '1048576',
};

/**
 * That of the agent. One heap of the C library for all threads, rather than one each that keeps what
 * it once held: 5 MB less, and none of the 15 that came within eight minutes of short-lived processes.
 */
export const AGENT_ENVIRONMENT: Readonly<Record<string, string>> = {
  ...GATEWAY_ENVIRONMENT,
  MALLOC_ARENA_MAX: '1',
};
