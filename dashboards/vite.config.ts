/** How the pages are built: into dist/, for the path /app/, without anything from another host. */
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const here = fileURLToPath(new URL('.', import.meta.url))
/** A server that is developed against: `npm start` beside `npm run pages:dev`. */
const server = process.env['SUYUAN_URL'] ?? 'http://localhost:8080'

export default defineConfig({
  root: here,
  base: '/app/',
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // Inlined files would be data: addresses, which the content policy forbids for most of them.
    assetsInlineLimit: 0,
    // What was preloaded is needed at once anyway; the polyfill would be an inline script.
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { main: `${here}index.html`, sw: `${here}workers/service-worker.ts` },
      output: {
        // The service worker keeps its name, or a browser could never look for a newer one.
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  worker: { format: 'es' },
  server: {
    proxy: Object.fromEntries(['/v1', '/epcis', '/01', '/00'].map((path) => [path, server])),
  },
})
