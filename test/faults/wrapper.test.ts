import { afterAll, describe, expect, it } from 'vitest'
import { type FaultRow, reportFaults } from './report.js'
import { FILE_FAULTS } from './wrapper-files.js'
import { INSTALLATION_FAULTS } from './wrapper-installation.js'
import { MOMENT_FAULTS } from './wrapper-moments.js'
import { EXITS, endedBefore, surviveFault, type WrapperFault } from './wrapper-runs.js'
import { SURROUNDING_FAULTS } from './wrapper-surroundings.js'

const FAULTS = [...INSTALLATION_FAULTS, ...FILE_FAULTS, ...SURROUNDING_FAULTS, ...MOMENT_FAULTS]
const survived = new Map<WrapperFault, number>()
const endedEarly: string[] = []

describe.concurrent.each(FAULTS)('dbt survives: $fault, $where', (fault) => {
  it.each(EXITS)('and ends with %i', async (exit) => {
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

const BECAME: Readonly<Record<WrapperFault['record'], string>> = {
  ledger: 'the record is in the ledger',
  spool: 'the record waits in a spool and `clyra spool flush` brings it in',
  lost: 'one line says that the run is not recorded',
}

afterAll(() => {
  const rows = FAULTS.map(
    (fault): FaultRow => ({
      fault: fault.fault,
      where: `clyra run dbt build, ${fault.where}`,
      cases: EXITS.length,
      survived: survived.get(fault) ?? 0,
      rule: `dbt ends with ${EXITS.join(' and with ')}, and so does clyra; dbt's output is whole, it was started once; ${BECAME[fault.record]}`,
      mutation: '',
    }),
  )
  const early: FaultRow = {
    fault: 'SIGTERM, SIGINT, SIGHUP to the wrapper',
    where: 'clyra run dbt build, before dbt',
    cases: 3,
    survived: endedEarly.length,
    rule: 'clyra ends by that signal; dbt is not started, nothing is recorded',
    mutation: '',
  }
  reportFaults('wrapper', [...rows, early])
})
