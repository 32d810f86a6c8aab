/** A log that one thread holds and others read from. */
export { RemoteLog } from './remote-log.ts';
export { type ServedLog, serveLog } from './serve-log.ts';
