/**
 * Arguments of Node for a process that runs pipelines. They must stand on the command line: V8 reads
 * them once, and a running process that changes them crashes in its next collection.
 *
 * What a gateway handles lies in buffers outside of the heap, so that its heap is small and most
 * collections are short ones. Helper threads then cost more CPU than they save: on two busy cores up
 * to half of what receiving costs was helpers that waited for each other.
 *
 * Not a smaller young generation: it saves 40 MB, and calls of gRPC then grow old before they are
 * done, which costs whole collections (2 us a span).
 */
export const GATEWAY_NODE_ARGS: readonly string[] = ['--single-threaded-gc'];
