const SHORT = 11

/** What people call a thing: its lot, serial or number, the end of it where it is long. */
export function shortKey(key: string): string {
  const last = decodeURIComponent(/[^/:]+$/.exec(key)?.[0] ?? key)
  return last.length > SHORT ? `…${last.slice(-8)}` : last
}
