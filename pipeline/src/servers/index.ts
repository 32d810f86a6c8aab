/** Servers of receivers and extensions: every limit in one place. */
export * from './limits.ts';
export * from './listen-address.ts';
export * from './listen-error.ts';
export { type ReloadListener, ServerTls, type ServerTlsOptions } from './tls/server-tls.ts';
export { type ServerTlsConfig, serverTls } from './tls/server-tls-config.ts';
