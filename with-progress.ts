/** Shows on standard error how far the work of a command is. */
import { progressOn } from '#simulators/progress.ts'

/** Runs `work` and shows what it tells from 0 to 1; `what` names it. */
export async function withProgress<T>(
  what: string,
  work: (onProgress: (share: number) => void) => Promise<T>,
): Promise<T> {
  const progress = progressOn(process.stderr, what)
  try {
    return await work(progress.show)
  } finally {
    progress.end()
  }
}
