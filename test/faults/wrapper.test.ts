import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type FaultRow, reportFaults } from './report.js'
import { sampled } from './sampled.js'
import { FILE_FAULTS } from './wrapper-files.js'
import { damagedInstallation, INSTALLATION_FAULTS } from './wrapper-installation.js'
import { MOMENT_FAULTS } from './wrapper-moments.js'
import { EXITS, endedBefore, type Place, surviveFault, type WrapperFault } from './wrapper-runs.js'
import { SURROUNDING_FAULTS } from './wrapper-surroundings.js'

const FAULTS = [...INSTALLATION_FAULTS, ...FILE_FAULTS, ...SURROUNDING_FAULTS, ...MOMENT_FAULTS]
const survived = new Map<WrapperFault, number>()
const endedEarly: string[] = []

/** dbt ends one of both ways in a part of the cases, both in all. */
const exitsOf = (fault: WrapperFault) => sampled(EXITS, EXITS.length, FAULTS.indexOf(fault) >> 1)

/** A part of the faults in a part of the cases, all in all. */
const TRIED = sampled(FAULTS, 5)

describe.concurrent.each([...TRIED])('dbt survives: $fault, $where', (fault) => {
  it.each(exitsOf(fault))('and ends with %i', async (exit) => {
    await surviveFault(fault, exit)
    survived.set(fault, (survived.get(fault) ?? 0) + 1)
  })
})

describe.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s before dbt is started', (signal) => {
  it('ends clyra by that signal; dbt is not started and nothing is recorded', async () => {
    expect(await endedBefore(signal)).toEqual({ signal, starts: 0, runs: 0 })
    endedEarly.push(signal)
  })
})

/** Changes of the compiled wrapper for which the table must fail. */
const MUTANTS = {
  lost: {
    said: 'dbt is not started where the recorder fails',
    text: 'const plan = start ??',
    instead: 'if (start === undefined) return 3;\n    const plan = start ??',
  },
  spool: {
    said: 'the process ends with a status of its own',
    text: 'life.settled(status);',
    instead: 'life.settled(3);',
  },
} as const

describe.each(['lost', 'spool'] as const)('of a run that ends %s', (record) => {
  it(`the table notices a wrapper of which holds: ${MUTANTS[record].said}`, async () => {
    const { text, instead } = MUTANTS[record]
    const folder = damagedInstallation('none', 'missing')
    try {
      const cli = join(folder, 'dist', 'src', 'cli')
      const path = join(cli, 'wrapper', 'run-wrapped.js')
      const whole = readFileSync(path, 'utf8')
      expect(whole).toContain(text)
      writeFileSync(path, whole.replace(text, instead))
      // Before its modules are joined: a mutant is found by the text of its module.
      const program = join(cli, 'main.js')
      const fault = MOMENT_FAULTS.find((one) => one.record === record && one.fault.includes('SIGKILL'))
      if (fault === undefined) throw new Error('no such fault')
      const changed = { ...fault, arrange: async (place: Place) => ({ ...(await fault.arrange(place)), program }) }
      await expect(surviveFault(changed, 0)).rejects.toThrow(/status/)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

const BECAME: Readonly<Record<WrapperFault['record'], string>> = {
  ledger: 'the record is in the ledger',
  spool: 'the record waits in a spool and `clyra spool flush` brings it in',
  lost: 'one line says that the run is not recorded',
}

afterAll(() => {
  const rows = TRIED.map(
    (fault): FaultRow => ({
      fault: fault.fault,
      where: `clyra run dbt build, ${fault.where}`,
      cases: exitsOf(fault).length,
      survived: survived.get(fault) ?? 0,
      rule: `dbt ends with ${exitsOf(fault).join(' and with ')}, and so does clyra; dbt's output is whole, it was started once; ${BECAME[fault.record]}${fault.record === 'ledger' ? '; no mutation: all of these are compared' : ''}`,
      mutation: fault.record === 'ledger' ? '' : MUTANTS[fault.record].said,
    }),
  )
  const early: FaultRow = {
    fault: 'SIGTERM, SIGINT, SIGHUP to the wrapper',
    where: 'clyra run dbt build, before dbt',
    cases: 3,
    survived: endedEarly.length,
    rule: 'clyra ends by that signal; dbt is not started, nothing is recorded; no mutation: all of these are compared',
    mutation: '',
  }
  reportFaults('wrapper', [...rows, early])
})
