/**
 * Arguments of Node for a process that runs pipelines. They must stand on the command line: V8 reads
 * them once, and a running process that changes them crashes in its next collection.
 *
 * What a gateway handles lies in buffers outside of the heap, so that its heap is small and most
 * collections are short ones. Helper threads then cost more CPU than they save: on two cores up to
 * half of what receiving costs was helpers that waited for each other. A young generation of three
 * times 1 MB lets go of buffers earlier: a quarter less memory at the same CPU.
 */
export const GATEWAY_NODE_ARGS: readonly string[] = [
  '--single-threaded-gc',
  '--max-semi-space-size=1',
];
