import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLedger } from '../../src/index.js'
import { clyra, clyraJson, discard, sandbox } from './clyra.js'

const RUN = 'session-1'
const folder = sandbox()
const project = join(folder, 'project')
const started = {
  run: RUN,
  tool: 'agent',
  capture: 'library',
  subject: '5f0c2d3e-1a2b-4c3d-8e4f-001122334455',
  demonstration: false,
  governance: {
    job_id: null,
    service_id: null,
    pipeline_id: null,
    agent_id: 'agent-7',
    runtime_versions: [],
    schema_versions: [],
  },
  payout: null,
  policy: null,
  parent: null,
}
const succeeds = (...args: string[]) => {
  const { status, stdout, stderr } = clyra(folder, args)
  expect(status, stderr).toBe(0)
  return stdout
}

/** A run of PEF that the library appended; it rests on an approval that was revoked afterwards. */
beforeAll(async () => {
  succeeds('init', '--origin', 'agents.example')
  const ledger = await openLedger({ directory: join(project, '.clyra'), rememberIn: null })
  const source = '/agents/mailer'
  const approval = (what: string) => ({ type: `org.example.approval.${what}.v1`, source, data: {} })
  await ledger.append('approval-7', 'no-stream', [approval('granted')])
  await ledger.append(`run-${RUN}`, 'no-stream', [
    { type: 'dev.clyra.run.started.v2', source, data: started },
    { type: 'dev.clyra.run.linked.v1', source, data: { run: RUN, stream: 'approval-7', role: 'approval' } },
    { type: 'dev.clyra.run.exited.v1', source, data: { run: RUN, exitCode: 0, signal: null } },
    { type: 'dev.clyra.run.closed.v1', source, data: { run: RUN } },
  ])
  await ledger.append('approval-7', 'stream-exists', [approval('revoked')])
  await ledger.close()
})
afterAll(() => discard(folder))

describe('a run of PEF at the command line', () => {
  it('is bundled by its own profile, verified, built again and reported by the commands of every run', () => {
    const bundled = clyraJson(folder, ['bundle', '--last'])
    expect(bundled).toMatchObject({ run: RUN, profile: 'pef', completeness: 'complete' })
    const file = `${RUN}.pef.zip`
    expect(clyraJson(folder, ['verify', file, '--own'])).toMatchObject({
      verdict: 'VALID',
      profile: 'pef',
      run: { id: RUN, outcome: 'succeeded', voices: null },
    })
    expect(succeeds('verify', file, '--own')).not.toContain('warehouse')
    expect(clyraJson(folder, ['replay', '--bundle', file])).toMatchObject({ result: 'equal', run: RUN })
    succeeds('report', file, '-o', 'from-bundle.html')
    succeeds('report', RUN, '-o', 'from-ledger.html')
    expect(succeeds('runs')).toContain(RUN)
  })

  it('is refused where a bundle of another profile is asked for', () => {
    const { status, stderr } = clyra(folder, ['bundle', RUN, '--profile', 'def', '-o', 'no.zip'])
    expect(status).toBe(1)
    expect(stderr).toMatch(/is one of the profile pef, not def \(RUN_OF_OTHER_PROFILE\)/)
    succeeds('bundle', RUN, '--profile', 'pef', '-o', 'yes.zip')
    expect(clyra(folder, ['bundle', RUN, '--profile', 'log']).status).toBe(2)
  })
})
