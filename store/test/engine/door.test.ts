import { doorSuite } from './door-suite.ts';
import { startTestEngine } from './engine-under-test.ts';

doorSuite('the embedded engine', () => startTestEngine());
