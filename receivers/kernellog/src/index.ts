/**
 * Step 1 of the path: what the kernel says becomes log records.
 *
 * In: records of /dev/kmsg.
 * Out: batches of log records; the number of the last one taken, in a storage extension.
 * Never: writes to the kernel's log, or reads on while the pipeline takes nothing.
 */
export * from './config.ts';
export * from './factory.ts';
export * from './kernel-log-receiver.ts';
