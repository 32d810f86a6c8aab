export * from './decode-request.ts';
