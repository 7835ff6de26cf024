/** A journal in a temporary folder, and the few things that every test of it does. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Written } from '#store/journal/commit.ts'
import { Journal, type JournalOptions } from '#store/journal/journal.ts'
import { JournalReader } from '#store/journal/reader.ts'
import type { JournalEntry, JournalRecord } from '#store/journal/record.ts'

const folders: string[] = []

export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'suyuan-journal-'))
  folders.push(folder)
  return folder
}

/** For afterEach. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
}

/** A clock that stands still; record times go on by single microseconds. */
export const noonUs = 1_700_000_000_000_000

export function openJournal(
  folder: string,
  options: Partial<JournalOptions> = {},
): Promise<Journal> {
  return Journal.open(folder, { nowUs: () => noonUs, ...options })
}

export function entry(
  payload: string | Uint8Array,
  more: Partial<JournalEntry> = {},
): JournalEntry {
  return {
    kind: 'mqtt',
    party: 'farm',
    device: 'gate-1',
    topic: 'suyuan/v1/farm/north/gate-1/epcis',
    receivedAtUs: noonUs - 5,
    payload: Buffer.from(payload),
    ...more,
  }
}

/** Resolves when it is acknowledged. */
export function append(
  journal: Journal,
  payload: string | Uint8Array,
  more: Partial<JournalEntry> = {},
): Promise<Written> {
  return new Promise((resolve, reject) => {
    journal.append(entry(payload, more), (error, written) => {
      if (written === undefined) reject(error)
      else resolve(written)
    })
  })
}

/** In one turn of the loop, so in one commit where it has room. */
export function appendAll(
  journal: Journal,
  payloads: readonly (string | Uint8Array)[],
): Promise<Written[]> {
  return Promise.all(payloads.map((payload) => append(journal, payload)))
}

/** Every record there is, read as a tool reads a journal that nobody writes. */
export async function readAll(folder: string, from = 0): Promise<JournalRecord[]> {
  const reader = new JournalReader(folder, undefined)
  const all: JournalRecord[] = []
  for (let cursor = from; ; ) {
    const { records, next } = await reader.read(cursor, { maxBytes: 64 * 1024 })
    all.push(...records)
    if (records.length === 0) break
    cursor = next
  }
  await reader.close()
  return all
}

export function textOf({ payload }: JournalRecord): string {
  return Buffer.from(payload).toString()
}

export async function textsIn(folder: string): Promise<string[]> {
  return (await readAll(folder)).map(textOf)
}

export function segmentsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.journal'))
    .sort()
}

/** The segments alone, as a crash leaves them: nothing notes that the journal was closed. */
export function imageOf(folder: string): Map<string, Buffer> {
  return new Map(segmentsIn(folder).map((name) => [name, readFileSync(join(folder, name))]))
}

export function folderOf(image: ReadonlyMap<string, Uint8Array>): string {
  const folder = makeFolder()
  for (const [name, bytes] of image) writeFileSync(join(folder, name), bytes)
  return folder
}
