import * as z from 'zod'
import { defineCommand } from '../command.js'
import { VERSION } from '../version.js'

export const version = defineCommand({
  flags: [],
  options: z.object({}),
  examples: [['clyra version', 'as `clyra --version` does']],
  json: z.strictObject({ version: z.string() }),
  async run(context) {
    context.output.result({ version: VERSION }, VERSION)
    return 0
  },
})
