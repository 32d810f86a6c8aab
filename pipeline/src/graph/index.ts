/** The graph of components that a configuration describes. */
export * from './build-graph.ts';
export * from './built-component.ts';
export * from './fan-out.ts';
