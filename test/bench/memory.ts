/** What this process holds. Needs --expose-gc. */

export const mib = 1024 * 1024

/** Bytes held at the moment, garbage excluded. */
export function heldBytes(): number {
  if (globalThis.gc === undefined) throw new Error('--expose-gc is missing')
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
