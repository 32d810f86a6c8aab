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
 *
 * Hidden classes are kept through 100 collections that find no object of theirs, where V8 keeps them
 * through two: a gateway between two requests has none of Node's HTTP, and what was compiled for them
 * goes with the class (a twentieth of the CPU of spans into the store). A class is some 100 bytes.
 */
export const GATEWAY_NODE_ARGS: readonly string[] = [
  '--single-threaded-gc',
  '--no-incremental-marking',
  '--min-semi-space-size=16',
  '--initial-old-space-size=64',
  '--retain-maps-for-n-gc=100',
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
 * Environment of such a process, read by the C library before anything runs. A batch takes some pieces
 * of two to four megabytes. With memory of their own, which glibc gives what is larger than 128 kB at
 * first, every page of them is fetched from the kernel anew and given back: a seventh of the CPU of
 * writing the log into the store by one thread, a fifth by two, which wait for each other there. So
 * they come from the heap, whose end goes back once 8 MB of it are free.
 *
 * What is larger has memory of its own, as glibc would learn from the first large bodies to keep those
 * in its heap too, and a burst of them would stay for good: 160 MB instead of 300 MB after bodies of
 * 19 MB had filled a memory_limiter of 400 MiB. After bodies of 4 MB it is 300 MB, after those of half
 * a megabyte 370 MB: free, and taken again by what comes next.
 */
export const GATEWAY_ENVIRONMENT: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: '8388608',
  MALLOC_TRIM_THRESHOLD_: '8388608',
};

/**
 * That of the agent, which gives back what it can. One heap of the C library for all threads, rather
 * than one each that keeps what it once held: 5 MB less, and none of the 15 that came within eight
 * minutes of short-lived processes.
 */
export const AGENT_ENVIRONMENT: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: '1048576',
  MALLOC_ARENA_MAX: '1',
};
