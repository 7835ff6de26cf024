/**
 * The baseline of the intake: an Aedes broker that does nothing but acknowledge, with the socket
 * settings that Suyuan's gateway has. Prints its port and serves until its standard input ends.
 */
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { Aedes } from 'aedes'

const broker = await Aedes.createBroker()
const server = createServer({ highWaterMark: 1 << 20, noDelay: true }, broker.handle)
await once(server.listen(0, '127.0.0.1'), 'listening')
process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`)
process.stdin.resume().once('end', () => process.exit())
