import type { Router } from './route.ts'
export function serveItems(_router: Router, _parts: unknown): void {}
