import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import * as z from 'zod'

/** As much of the syntax of composite actions as is used here: a misspelt key is refused. */
const action = z.strictObject({
  name: z.string(),
  description: z.string(),
  inputs: z.record(
    z.string(),
    z.strictObject({ description: z.string(), required: z.boolean(), default: z.string().optional() }),
  ),
  outputs: z.record(z.string(), z.strictObject({ description: z.string(), value: z.string() })),
  runs: z.strictObject({
    using: z.literal('composite'),
    steps: z.array(
      z.strictObject({
        id: z.string(),
        shell: z.literal('bash'),
        env: z.record(z.string(), z.string()),
        run: z.string(),
      }),
    ),
  }),
})

export interface ActionEnded {
  readonly status: number | null
  readonly said: string
  readonly summary: string
  readonly outputs: Readonly<Record<string, string>>
}

/** Reads `action.yml` of a folder. Throws where it is not what GitHub would take. */
export function readAction(folder: string): z.infer<typeof action> {
  const document = parseDocument(readFileSync(join(folder, 'action.yml'), 'utf8'), { strict: true, uniqueKeys: true })
  if (document.errors.length > 0) throw document.errors[0]
  return action.parse(document.toJS())
}

/** Runs the steps of a composite action as GitHub's runner does: expressions filled, `bash -eo pipefail`, files for outputs and summary. */
export function runAction(folder: string, given: Readonly<Record<string, string>>, cwd: string): ActionEnded {
  const { inputs, outputs, runs } = readAction(folder)
  const temp = mkdtempSync(join(tmpdir(), 'clyra-runner-'))
  const files = { GITHUB_OUTPUT: join(temp, 'output'), GITHUB_STEP_SUMMARY: join(temp, 'summary') }
  for (const path of Object.values(files)) writeFileSync(path, '')
  mkdirSync(join(temp, 'temp'))
  const values = new Map<string, string>([['github.action_path', folder]])
  for (const [name, { default: otherwise = '' }] of Object.entries(inputs))
    values.set(`inputs.${name}`, given[name] ?? otherwise)
  const filled = (text: string) =>
    text.replace(/\$\{\{ ([a-z0-9._-]+) \}\}/g, (place, key: string) => {
      const value = values.get(key)
      if (value === undefined) throw new Error(`${place} names nothing`)
      return value
    })
  let [status, said]: [number | null, string] = [0, '']
  for (const { id, env, run } of runs.steps) {
    const script = join(temp, 'step.sh')
    writeFileSync(script, filled(run))
    const ended = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], {
      cwd,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        HOME: temp,
        RUNNER_TEMP: join(temp, 'temp'),
        ...files,
        ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, filled(value)])),
      },
    })
    status = ended.status
    said += ended.stdout + ended.stderr
    for (const line of readFileSync(files.GITHUB_OUTPUT, 'utf8').split('\n')) {
      const [, name, value] = /^([a-z-]+)=(.*)$/.exec(line) ?? []
      if (name !== undefined) values.set(`steps.${id}.outputs.${name}`, value ?? '')
    }
    if (status !== 0) break
  }
  const summary = readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8')
  rmSync(temp, { recursive: true })
  // An output of a step that set none is empty.
  const named = Object.entries(outputs).map(([name, { value }]) => [
    name,
    values.get(/^\$\{\{ (.*) \}\}$/.exec(value)?.[1] ?? '') ?? '',
  ])
  return { status, said, summary, outputs: Object.fromEntries(named) }
}
