/** As many as the server takes in one recall. */
export const MOST_FROM = 100

/** The address of the form for a recall that begins from something: alerts, or an item. */
export function makingFrom(kind: 'alert' | 'item', values: readonly string[]): string {
  const given = values.slice(0, MOST_FROM).map((value) => ['value', value])
  return `/app/recalls?${new URLSearchParams([['make', kind], ...given])}`
}
