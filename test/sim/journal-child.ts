/**
 * A process that appends to a journal without end and prints the name of each message once it is
 * acknowledged: `folder name seed segmentBytes`. Ends with the failure of the journal, or killed.
 */
import { writeSync } from 'node:fs'
import { chanceOf } from '#simulators/random.ts'
import { Journal } from '#store/journal/journal.ts'

const [folder = '', name = '', seed = '', segmentBytes = ''] = process.argv.slice(2)
const chance = chanceOf(seed, name)
// A clock that is hours off, in each process by others.
const offUs = chance.whole(-5, 5) * 3_600_000_000
const journal = await Journal.open(folder, {
  nowUs: () => Date.now() * 1000 + offUs,
  segmentBytes: Number(segmentBytes),
})
const inFlight = chance.whole(1, 200)
let count = 0

function appendNext(): void {
  const text = `${name}-${count}`
  count += 1
  const size = chance.happens(0.02) ? 40_000 : chance.whole(0, 1500)
  journal.append(
    {
      kind: 'mqtt',
      party: 'farm',
      device: 'gate-1',
      topic: 'suyuan/v1/farm/north/gate-1/epcis',
      receivedAtUs: 0,
      payload: Buffer.from(`${text} `.padEnd(size, '.')),
    },
    (error) => {
      if (error !== undefined) throw error
      // Before anything else happens: what is printed was acknowledged.
      writeSync(1, `${text}\n`)
      appendNext()
    },
  )
}

for (let i = 0; i < inFlight; i += 1) appendNext()
