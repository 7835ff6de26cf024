/** A count with what is counted, in English; `count` may be a number that is written already. */
export function counted(count: number | string, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 || count === '1' ? one : several}`
}
