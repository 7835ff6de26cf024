/** Figures with the aims they are held against: as a table for people and as JSON. */
import { execFileSync } from 'node:child_process'
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os'

export interface Figure {
  readonly what: string
  readonly value: number
  readonly unit: string
  /** What it is compared with in the same run. */
  readonly beside?: { readonly what: string; readonly value: number }
  /** What was set out to be reached: of `value`, or of value / beside where `ofRatio` is true. */
  readonly aim?: { readonly least?: number; readonly most?: number; readonly ofRatio?: true }
}

/** A figure with what follows from it. */
export interface Judged extends Figure {
  readonly ratio: number | undefined
  /** Undefined where there is no aim. */
  readonly isReached: boolean | undefined
}

export function judge(figure: Figure): Judged {
  const { value, beside, aim } = figure
  const ratio = beside === undefined ? undefined : rounded(value / beside.value)
  const held = aim?.ofRatio ? ratio : value
  const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = aim ?? {}
  const isReached = aim && held !== undefined ? held >= least && held <= most : undefined
  return { ...figure, ratio, isReached }
}

export function tableOf(figures: readonly Judged[]): string {
  const rows = figures.map((figure) => [
    figure.what,
    `${figure.value.toLocaleString('en')} ${figure.unit}`,
    figure.beside ? `${figure.beside.value.toLocaleString('en')} ${figure.beside.what}` : '',
    figure.ratio?.toString() ?? '',
    aimOf(figure),
    figure.isReached === undefined ? '' : figure.isReached ? 'reached' : 'MISSED',
  ])
  const all = [['', 'measured', 'beside', 'ratio', 'aim', ''], ...rows]
  const widths = [0, 1, 2, 3, 4, 5].map((column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  )
  const lines = all.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  '))
  return lines.map((line) => line.trimEnd()).join('\n')
}

function aimOf({ aim }: Judged): string {
  if (aim === undefined) return ''
  const bound = aim.least === undefined ? `<= ${aim.most}` : `>= ${aim.least}`
  return aim.ofRatio ? `ratio ${bound}` : bound
}

/** What it is measured on, what is measured, and how busy the machine is before it. */
export function machine(): Record<string, string | number> {
  const revision = ['describe', '--always', '--dirty']
  return {
    node: process.version,
    system: `${platform()} ${release()} ${arch()}`,
    cpu: cpus()[0]?.model ?? '',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    busyBefore: rounded(loadavg()[0] ?? 0),
    revision: execFileSync('git', revision, { encoding: 'utf8' }).trim(),
  }
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Of values in any order; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

export function rounded(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3))
}
