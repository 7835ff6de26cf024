/**
 * The end of a session in all windows of a browser: what one who has logged out could see is
 * neither shown nor kept any more.
 */
const CHANNEL = 'suyuan-session'
const forgetters = new Set<() => Promise<void>>()

/** Has something forgotten when a session ends. */
export function forgetAtEnd(forget: () => Promise<void>): void {
  forgetters.add(forget)
}

export async function tellSessionEnded(): Promise<void> {
  await Promise.all([...forgetters].map((forget) => forget()))
  const channel = new BroadcastChannel(CHANNEL)
  channel.postMessage('ended')
  channel.close()
}

/** Other windows begin anew. */
export function watchSessionEnd(): void {
  new BroadcastChannel(CHANNEL).onmessage = () => location.assign('/app/')
}
