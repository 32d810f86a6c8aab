/**
 * Who a row belongs to: the only place where resource attributes become an identity and an origin.
 *
 * In: the resource table of a batch. Out: service, namespace, environment, cluster, host, instance
 * and origin a resource. Never: a clock, a lookup, anything that is not in the resource.
 */
export * from './identity.ts';
export * from './identity-table.ts';
export * from './known-identities.ts';
export * from './origin.ts';
export * from './read-attributes.ts';
