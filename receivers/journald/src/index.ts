/**
 * Step 1 of the path: entries of the systemd journal become log records.
 *
 * In: the output of `journalctl --output=json --follow`, a child process.
 * Out: batches of log records; the cursor of the last one taken, in a storage extension.
 * Never: reads journal files itself, or reads on while the pipeline takes nothing.
 */
export * from './config.ts';
export * from './factory.ts';
export * from './journald-receiver.ts';
