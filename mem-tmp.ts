import { defaults, worldOf } from '#simulators/worlds.ts'
const [world='drugs', items='100000', ...faults] = process.argv.slice(2)
const { allFaults } = await import('#simulators/faults.ts')
const w = worldOf({ ...defaults, world: world as 'drugs', items: Number(items), parties: 12, faults: allFaults })
let n=0, next=0
const peak=[] as string[]
for (const s of w.steps()) { n++; const share=(s.atUs-w.fromUs)/(w.toUs-w.fromUs); if (share>=next) { next+=0.1; globalThis.gc?.(); const m=process.memoryUsage(); console.log(share.toFixed(2), n, Math.round(m.heapUsed/1e6)+' MB heap', Math.round(m.rss/1e6)+' MB rss', Math.round(process.cpuUsage().user/1e6)+' s') } }
