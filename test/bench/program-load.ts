/** The whole program under load: a folder and devices for it, and what it leaves on disk. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newDevice, newParty } from '../e2e/devices.ts'
import { type Program, startProgram } from '../e2e/program.ts'
import type { Credentials } from './mqtt-load.ts'

/** Starts it in a folder of its own, which is gone when `use` is done. */
export async function withProgram<Result>(
  settings: Readonly<Record<string, string>>,
  use: (program: Program, dataDir: string) => Promise<Result>,
): Promise<Result> {
  const dataDir = mkdtempSync(join(tmpdir(), 'suyuan-bench-'))
  const program = await startProgram(dataDir, { LOG_LEVEL: 'warn', ...settings })
  try {
    return await use(program, dataDir)
  } finally {
    await program.end('SIGTERM')
    rmSync(dataDir, { recursive: true })
  }
}

export async function loadDevices(program: Program, count: number): Promise<Credentials[]> {
  const party = 'bench'
  await newParty(program, party)
  const devices: Credentials[] = []
  for (let at = 0; at < count; at += 1) {
    const { device, password, topic } = await newDevice(program, party, `portal-${at}`)
    devices.push({ username: `${party}/${device}`, password, topic: topic('epcis') })
  }
  return devices
}

/** Bytes on disk under each entry of a folder. */
export function bytesIn(folder: string): Record<string, number> {
  const sizes: Record<string, number> = {}
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const stat = statSync(join(folder, entry))
    const top = entry.split(/[\\/]/)[0] ?? entry
    if (stat.isFile()) sizes[top] = (sizes[top] ?? 0) + stat.size
  }
  return sizes
}
