import { expect } from 'vitest'
import { clyra, clyraJson, leaveRun, sandbox } from '../cli/clyra.js'

/** A project of its own with a ledger, one recorded run and its bundle `good.def.zip`, which whoever asked discards. */
export function recordedProject(): { readonly folder: string; readonly run: string; readonly vkey: string } {
  const folder = sandbox()
  leaveRun(folder, 'good')
  for (const command of [['init'], ['ingest', 'dbt', 'target'], ['bundle', '--last', '-o', 'good.def.zip']])
    expect([command, clyra(folder, command).status]).toEqual([command, 0])
  const run = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(JSON.stringify(clyraJson(folder, ['runs'])))?.[0] ?? ''
  const vkey = /[^\s"]+\+[0-9a-f]{8}\+[^\s"]+/.exec(JSON.stringify(clyraJson(folder, ['keys'])))?.[0] ?? ''
  expect([run, vkey]).not.toContain('')
  return { folder, run, vkey }
}
