// As for ingest: a worker thread has no TypeScript loader of its own (Node 20).
import { register } from 'tsx/esm/api'

register()
await import('./worker.ts')
