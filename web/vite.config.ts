import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';

// `npm run dev -w web` against a running backend; the built page is served by the backend itself.
const api = process.env['SONDE_API'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [sveltekit()],
  // Kit's own compile step is most of a build: rolldown's hint about slow plugins says nothing here.
  build: { rolldownOptions: { checks: { pluginTimings: false } } },
  server: { proxy: { '/api': api, '/v/': api } },
});
