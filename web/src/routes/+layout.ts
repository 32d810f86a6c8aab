/** One page for all routes, built once: everything it shows comes from the API. */
export const ssr = false;
export const prerender = false;
