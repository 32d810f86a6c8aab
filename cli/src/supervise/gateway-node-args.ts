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
 * Not a smaller young generation: it saves 40 MB, and calls of gRPC then grow old before they are
 * done, which costs whole collections (2 us a span).
 */
export const GATEWAY_NODE_ARGS: readonly string[] = [
  '--single-threaded-gc',
  '--no-incremental-marking',
];
