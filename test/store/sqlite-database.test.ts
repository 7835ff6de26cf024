import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase, SchemaVersionError, transaction } from '#store/sqlite/database.ts'

const first = 'CREATE TABLE a (x INTEGER) STRICT'
const second = 'ALTER TABLE a ADD COLUMN y INTEGER'

describe('a SQLite file', () => {
  let folder = ''
  let file = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'suyuan-database-'))
    file = join(folder, 'a.db')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('is synced at each commit', () => {
    const database = openDatabase(file, { migrations: [first] })
    expect(database.prepare('PRAGMA journal_mode').get()).toMatchObject({ journal_mode: 'wal' })
    expect(database.prepare('PRAGMA synchronous').get()).toMatchObject({ synchronous: 2 })
    database.close()
  })

  it('runs only the migrations it has not run yet', () => {
    openDatabase(file, { migrations: [first] }).close()
    const database = openDatabase(file, { migrations: [first, second] })
    database.exec('INSERT INTO a (x, y) VALUES (1, 2)')
    expect(database.prepare('SELECT x, y FROM a').get()).toMatchObject({ x: 1, y: 2 })
    database.close()
  })

  it('keeps its version when a migration fails', () => {
    openDatabase(file, { migrations: [first] }).close()
    const broken = `${second}; nonsense`
    expect(() => openDatabase(file, { migrations: [first, broken] })).toThrow(/syntax/)
    openDatabase(file, { migrations: [first, second] }).close()
  })

  it('of a newer version is refused, for writing and for reading', () => {
    openDatabase(file, { migrations: [first, second] }).close()
    for (const readOnly of [false, true]) {
      const open = () => openDatabase(file, { migrations: [first], readOnly })
      expect(open).toThrow(SchemaVersionError)
      expect(open).toThrow(/version 2, this program knows up to 1: .* newer version/)
    }
  })

  it('that is missing or of an older version is not opened for reading', () => {
    const open = () => openDatabase(file, { migrations: [first, second], readOnly: true })
    expect(open).toThrow(/does not exist/)
    openDatabase(file, { migrations: [first] }).close()
    expect(open).toThrow(/version 1, this program needs 2/)
  })

  it('cannot be changed through a read-only connection, which sees what was committed', () => {
    const writer = openDatabase(file, { migrations: [first] })
    const reader = openDatabase(file, { migrations: [first], readOnly: true })
    const count = reader.prepare('SELECT count(*) AS n FROM a')
    transaction(writer, () => writer.exec('INSERT INTO a VALUES (1), (2)'))
    expect(count.get().n).toBe(2)
    expect(() => reader.exec('INSERT INTO a VALUES (3)')).toThrow(/readonly/)
    reader.close()
    writer.close()
  })

  it('holds nothing of a transaction whose work threw', () => {
    const database = openDatabase(file, { migrations: [first] })
    const failing = () =>
      transaction(database, () => {
        database.exec('INSERT INTO a VALUES (1)')
        throw new Error('no')
      })
    expect(failing).toThrow('no')
    expect(database.prepare('SELECT count(*) AS n FROM a').get().n).toBe(0)
    expect(transaction(database, () => 'next')).toBe('next')
    database.close()
  })
})
