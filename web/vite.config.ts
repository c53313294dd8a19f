import { defineConfig } from 'vitest/config';

// During `npm run dev` the API comes from a running appliance (or `npm run mock`).
const appliance = process.env.CANHDEM_URL ?? 'http://127.0.0.1:8787';

export default defineConfig({
  server: { host: '127.0.0.1', proxy: { '/api': { target: appliance, changeOrigin: true } } },
  build: {
    target: 'es2022',
    // The appliance's content security policy allows files of its own origin only:
    // nothing may be inlined as a data: address, and no inline script may be added.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
});
