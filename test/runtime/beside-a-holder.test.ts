import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clyra, clyraJson, discard, leaveRun, sandbox } from '../cli/clyra.js'
import { type HoldingProgram, holdAndServe } from './program-that-holds.js'

let folder: string
let state: string
let programs: HoldingProgram[] = []
beforeEach(() => {
  folder = sandbox()
  state = join(folder, 'project', '.clyra')
  expect(clyra(folder, ['init']).status).toBe(0)
})
afterEach(async () => {
  for (const program of programs) program.child.kill('SIGKILL')
  programs = []
  await discard(folder)
})

async function held(how?: { readonly serve: boolean }, directory = state): Promise<HoldingProgram> {
  const program = holdAndServe(directory, how)
  programs.push(program)
  await program.ready
  return program
}
const ingest = () => {
  leaveRun(folder, 'good')
  return clyra(folder, ['ingest', 'dbt', 'target'])
}

describe('beside a program that holds and serves the ledger', () => {
  it('runs are recorded, ingested, bundled, verified and erased, keys rotated and revoked', async () => {
    const program = await held()
    expect(ingest()).toMatchObject({ status: 0 })
    const wrapped = clyra(folder, ['run', '--json', 'dbt', 'build'])
    const document = JSON.parse(wrapped.stdout.trim().split('\n').at(-1) ?? '')
    expect([wrapped.status, document.spool, document.appended > 0]).toEqual([0, null, true])
    const built = clyra(folder, ['bundle', '--last', '-o', 'a.def.zip'])
    expect([built.status, built.stderr]).toEqual([0, ''])
    expect(clyra(folder, ['verify', 'a.def.zip', '--own']).status).toBe(0)
    const { id } = clyraJson(folder, ['keys', 'rotate']) as { id: string }
    expect(clyra(folder, ['keys', 'revoke', id, '--reason', 'retired']).status).toBe(0)
    // Signed with the new key, which the holder's heads record has to cover.
    expect(clyra(folder, ['bundle', '--last', '-o', 'b.def.zip']).status).toBe(0)
    expect(clyra(folder, ['redact', document.run, '--yes']).status).toBe(0)
    expect(clyra(folder, ['spool', 'flush']).stdout).toContain('Nothing waits')
    const submitters = new Set(
      clyra(folder, ['log', 'tail', '-n', '1000', '--json'])
        .stdout.trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { event: { submitter: string } }).event.submitter),
    )
    expect([...submitters].sort()).toEqual(['local', 'peer:clyra'])
    expect(await program.stop()).toBe(0)
    expect(clyra(folder, ['fsck', '--all']).status).toBe(0)
  })

  it('what is wrong with an event is said with its code as without one', async () => {
    await held()
    expect(clyra(folder, ['keys', 'revoke', '0'.repeat(64), '--reason', 'retired']).stderr).toMatch(/\((KEY_[A-Z]+)\)/)
  })

  it('a holder that does not serve is waited for, and then named', async () => {
    await held({ serve: false })
    expect(ingest().stderr).toMatch(/process \d+ \(a program\) writes this ledger \(LEDGER_LOCKED\)/)
  })

  it('a holder that was killed keeps nobody out', async () => {
    const program = await held()
    program.child.kill('SIGKILL')
    await program.stop()
    expect(ingest()).toMatchObject({ status: 0 })
    await held()
    expect(clyra(folder, ['bundle', '--last', '-o', 'a.def.zip'])).toMatchObject({ status: 0, stderr: '' })
  })
})

describe('at the place of the socket', () => {
  it('a file or a folder of somebody else is no holder, and stays', () => {
    mkdirSync(join(state, 'socket'), { mode: 0o700, recursive: true })
    writeFileSync(join(state, 'socket', 'holder'), 'not a socket')
    expect(ingest()).toMatchObject({ status: 0 })
    rmSync(join(state, 'socket', 'holder'))
    mkdirSync(join(state, 'socket', 'holder'))
    expect(clyra(folder, ['keys', 'rotate'])).toMatchObject({ status: 0 })
  })

  it('a link in place of its folder is refused, and nothing is made behind it', () => {
    rmSync(join(state, 'socket'), { recursive: true, force: true })
    mkdirSync(join(folder, 'elsewhere'))
    symlinkSync(join(folder, 'elsewhere'), join(state, 'socket'))
    expect(clyra(folder, ['keys', 'rotate']).stderr).toContain('NOT_A_REGULAR_FILE')
  })

  it('the holder of another ledger is refused by its identity', async () => {
    const other = join(folder, 'other')
    mkdirSync(other)
    expect(clyra(folder, ['init', other]).status).toBe(0)
    const program = await held({ serve: true }, join(other, '.clyra'))
    mkdirSync(join(state, 'socket'), { mode: 0o700, recursive: true })
    writeFileSync(join(state, 'socket', 'elsewhere'), await program.ready)
    expect(clyra(folder, ['keys', 'rotate']).stderr).toContain('LEDGER_MISMATCH')
    expect((clyraJson(folder, ['keys', '--ledger', other]) as { keys: unknown[] }).keys).toHaveLength(2)
  })
})
