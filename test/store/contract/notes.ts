import { describe, expect, it } from 'vitest'
import { type OpenStore, storeForEach } from './store.ts'

export function notesContract(open: OpenStore): void {
  describe('what a follower remembers', () => {
    const store = storeForEach(open)
    const apply = (to: number, ...notes: { key: string; text: string | undefined }[]) =>
      store.writer.apply({ events: [], readings: [], notes, follower: 'test', to })

    it('becomes durable with the cursor, is changed and is forgotten', async () => {
      await apply(10, { key: 'gate a', text: '1' }, { key: 'gate b', text: '2' })
      await apply(20, { key: 'gate a', text: '3' }, { key: 'gate b', text: undefined })
      await store.reopen()
      expect(await store.writer.notes('gate ')).toEqual([{ key: 'gate a', text: '3' }])
      expect(await store.reader.notes('gate ')).toEqual([{ key: 'gate a', text: '3' }])
      expect(await store.writer.cursor('test')).toBe(20)
    })

    it('is found by how its keys begin, in their order, and no other is', async () => {
      const keys = ['gate z', 'gate  x', 'gate 1/2', 'gate', 'gate-2 a', 'gat e', 'gate!', 'Gate a']
      await apply(1, ...keys.map((key) => ({ key, text: key })))
      const found = await store.writer.notes('gate ')
      expect(found.map(({ key }) => key)).toEqual(['gate  x', 'gate 1/2', 'gate z'])
    })

    it('is given whole where no beginning is asked for', async () => {
      const keys = ['gate b', 'Gate', 'a', ' ', 'gate']
      await apply(1, ...keys.map((key) => ({ key, text: key })))
      const found = await store.reader.notes('')
      expect(found.map(({ key }) => key)).toEqual([' ', 'Gate', 'a', 'gate', 'gate b'])
    })

    it('may be more than one statement takes', async () => {
      const many = [...Array(1000).keys()].map((n) => ({ key: `many ${n}`, text: `${n}` }))
      await apply(1, ...many)
      expect(await store.writer.notes('many ')).toHaveLength(1000)
    })
  })
}
