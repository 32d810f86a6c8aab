export * from './migrate.ts';
export * from './migration.ts';
