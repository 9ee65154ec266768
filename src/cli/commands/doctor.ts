import * as z from 'zod'
import { defineCommand } from '../command.js'
import { examineMachine } from '../doctor/examine-machine.js'
import { examineProject } from '../doctor/examine-project.js'
import { type Finding, finding } from '../doctor/finding.js'

export const doctor = defineCommand({
  flags: [{ flags: '--offline', description: 'do not connect to the warehouse' }],
  options: z.object({ offline: z.boolean().default(false) }),
  examples: [
    ['clyra doctor', 'everything'],
    ['clyra doctor --offline', 'without connecting anywhere'],
  ],
  json: z.strictObject({ healthy: z.boolean(), findings: z.array(finding) }),
  async run(context, _args, options) {
    const findings: Finding[] = [
      ...(await examineMachine(context)),
      ...(await examineProject(context, options.offline)),
    ]
    const healthy = findings.every((one) => one.status !== 'fail')
    context.output.result({ healthy, findings }, () =>
      findings
        .map((one) => {
          const mark = one.status === 'ok' ? context.output.good('ok  ') : context.output.bad(one.status.padEnd(4))
          return `${mark}  ${one.check}: ${one.message}${one.fix === null ? '' : `\n      try: ${one.fix}`}`
        })
        .join('\n'),
    )
    return healthy ? 0 : 1
  },
})
