// h2spec: conformance of a server to HTTP/2 and its compression of headers.
import { goToolPath, setupGoTool } from './go-tool.mjs';

const H2SPEC = {
  name: 'h2spec',
  // The name of v2.2.1 for Go: it has no go.mod.
  version: 'v2.2.1+incompatible',
  module: 'github.com/summerwind/h2spec/cmd/h2spec',
};

/** Its path, whether or not it exists yet. */
export function h2specPath() {
  return goToolPath(H2SPEC);
}

/** Builds it where it is missing; returns its path, or undefined where that cannot be done. */
export function setupH2spec() {
  return setupGoTool(H2SPEC);
}
