/** The command that measures a server against the truth of a simulated run. */
import { runScore, scoreHelp } from '#simulators/score/command.ts'
import type { Command } from './command.ts'

export const score: Command = {
  summary: 'compare what a server found with the truth of a simulated run',
  help: scoreHelp,
  run: (args) => runScore(args, process.env['ADMIN_KEY']),
}
