/**
 * Step 1 of the path: what happens on this host, from the kernel, without a change to any program.
 *
 * In: records of BPF programs in a ring buffer, and /proc. Out: metrics of every service on the host,
 * and spans of its requests, with `sonde.origin: ebpf`; a report of what this host allows.
 * Never: writes into another process, probes returns of functions, changes a setting of the host,
 * leaves a program behind, or observes Sonde itself.
 */
export { type Capability, checkCapabilities, obstacleToRunning } from './capabilities/check.ts';
export { type EbpfConfig, EbpfConfigSchema } from './config.ts';
export { EbpfReceiver, type EbpfReceiverOptions } from './ebpf-receiver.ts';
export { ebpfReceiverFactory } from './factory.ts';
