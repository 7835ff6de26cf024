// A worker thread does not take over the TypeScript loader of the thread that made it (Node 20), so
// it begins here, in the one file that is JavaScript.
import { register } from 'tsx/esm/api'

register()
await import('./worker.ts')
