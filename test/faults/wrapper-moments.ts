import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../cli/clyra.js'
import { holdLedger } from '../cli/hold-ledger.js'
import { type Arranged, hooked, KILL_RECORDER, type WrapperFault } from './wrapper-runs.js'

type Hook = Parameters<typeof hooked>[0]

const hookFault = (
  fault: string,
  where: WrapperFault['where'],
  hook: Hook,
  record: WrapperFault['record'],
  says: RegExp | null,
  more: Arranged = {},
): WrapperFault => ({
  fault,
  where,
  record,
  says,
  arrange: () => ({ ...more, env: { ...hooked(hook), ...more.env } }),
})

const RECORDER = /\(RECORDER_ENDED\)/
const soon = { env: { CLYRA_PREPARE_WAIT: '3', CLYRA_DELIVERY_WAIT: '3' } }
const slowly = { plan: { meanwhile: 'sleep 2' } }

/** One of the two processes is hit from within. */
const INNER: readonly WrapperFault[] = [
  hookFault(
    'recorder killed (SIGKILL)',
    'before dbt',
    { in: 'recorder', at: 'load', does: 'SIGKILL' },
    'lost',
    RECORDER,
  ),
  hookFault(
    'recorder crashes (SIGSEGV)',
    'before dbt',
    { in: 'recorder', at: 'asked', does: 'SIGSEGV' },
    'lost',
    RECORDER,
  ),
  hookFault(
    'recorder hangs',
    'before dbt',
    { in: 'recorder', at: 'asked', does: 'hang' },
    'lost',
    /not ready after 3 seconds \(RECORDER_ENDED\)/,
    soon,
  ),
  hookFault('recorder throws', 'before dbt', { in: 'recorder', at: 'load', does: 'throw' }, 'lost', RECORDER),
  hookFault(
    'recorder leaves a promise rejected',
    'before dbt',
    { in: 'recorder', at: 'asked', does: 'reject' },
    'lost',
    /\(INTERNAL\)/,
  ),
  hookFault(
    'recorder killed (SIGKILL)',
    'after dbt',
    { in: 'recorder', at: 'ended', does: 'SIGKILL' },
    'spool',
    /was ended by SIGKILL \(RECORDER_ENDED\)/,
  ),
  hookFault(
    'recorder crashes (SIGSEGV)',
    'after dbt',
    { in: 'recorder', at: 'ended', does: 'SIGSEGV' },
    'spool',
    /was ended by SIGSEGV \(RECORDER_ENDED\)/,
  ),
  hookFault(
    'recorder crashes (SIGBUS)',
    'after dbt',
    { in: 'recorder', at: 'ended', does: 'SIGBUS' },
    'spool',
    /was ended by SIGBUS \(RECORDER_ENDED\)/,
  ),
  hookFault(
    'recorder runs out of memory',
    'after dbt',
    { in: 'recorder', at: 'ended', does: 'oom' },
    'spool',
    /ran out of memory \(RECORDER_ENDED\)/,
    {
      env: {
        NODE_OPTIONS: `${hooked({ in: 'recorder', at: 'ended', does: 'oom' }).NODE_OPTIONS} --max-old-space-size=128`,
      },
    },
  ),
  hookFault(
    'recorder hangs',
    'after dbt',
    { in: 'recorder', at: 'ended', does: 'hang' },
    'spool',
    /no progress for 3 seconds \(RECORDER_ENDED\)/,
    soon,
  ),
  hookFault('recorder throws', 'after dbt', { in: 'recorder', at: 'ended', does: 'throw' }, 'spool', /\(INTERNAL\)/),
  hookFault(
    'recorder exits',
    'after dbt',
    { in: 'recorder', at: 'ended', does: 'exit' },
    'spool',
    /ended with status 99 \(RECORDER_ENDED\)/,
  ),
  hookFault('wrapper throws', 'before dbt', { in: 'clyra', at: 1, does: 'throw' }, 'ledger', /\(INTERNAL\)/),
  hookFault(
    'wrapper leaves a promise rejected',
    'while dbt runs',
    { in: 'clyra', at: 1000, does: 'reject' },
    'ledger',
    /\(INTERNAL\)/,
    slowly,
  ),
  hookFault(
    'clock in the year 12000',
    'throughout',
    { in: 'recorder', at: 'load', does: 'year-10000' },
    'lost',
    /\([A-Z_]+\)/,
  ),
]

const lateSignal = (signal: NodeJS.Signals): WrapperFault => ({
  fault: `${signal} to the wrapper`,
  where: 'after dbt',
  record: 'spool',
  says: /the recording was interrupted \(ABORTED\)/,
  arrange: ({ state, folder }) => {
    const held = holdLedger(state)
    return {
      env: { CLYRA_LOCK_WAIT: '300' },
      plan: { atEnd: `touch ${join(folder, 'over')}` },
      async during(pid) {
        await until(() => existsSync(join(folder, 'over')), 'dbt ends')
        // Long enough that dbt is gone, far from the wait for the ledger.
        await new Promise((resolve) => setTimeout(resolve, 3000))
        process.kill(pid, signal)
      },
      mend: () => held.then((lock) => lock.release().catch(() => undefined)),
    }
  },
})

const exitsLate: WrapperFault = {
  fault: 'something in the wrapper exits',
  where: 'after dbt',
  record: 'spool',
  says: /cut short \(INTERNAL\)/,
  arrange: ({ state, folder }) => {
    const held = holdLedger(state)
    const file = join(folder, 'over')
    return {
      env: { CLYRA_LOCK_WAIT: '300', ...hooked({ in: 'clyra', at: 2500, does: 'exit', file }) },
      plan: { atEnd: `touch ${file}` },
      mend: () => held.then((lock) => lock.release().catch(() => undefined)),
    }
  },
}

const whileDbtRuns = (fault: string, meanwhile: string, says: RegExp): WrapperFault => ({
  fault,
  where: 'while dbt runs',
  record: 'spool',
  says,
  arrange: () => ({ plan: { meanwhile } }),
})

/** Somebody else does something at a bad time. */
const OUTER: readonly WrapperFault[] = [
  whileDbtRuns('recorder killed (SIGKILL)', KILL_RECORDER('KILL'), /was ended by SIGKILL \(RECORDER_ENDED\)/),
  whileDbtRuns('recorder crashes (SIGSEGV)', KILL_RECORDER('SEGV'), /was ended by SIGSEGV \(RECORDER_ENDED\)/),
  lateSignal('SIGTERM'),
  lateSignal('SIGINT'),
  lateSignal('SIGHUP'),
  exitsLate,
  {
    fault: 'SIGTERM to the recorder',
    where: 'while dbt runs',
    record: 'ledger',
    says: null,
    arrange: () => ({ plan: { meanwhile: KILL_RECORDER('TERM') } }),
  },
  {
    fault: 'dbt leaves a process that keeps its output open',
    where: 'after dbt',
    record: 'ledger',
    says: null,
    arrange: () => ({ plan: { atEnd: 'sleep 20 &' } }),
  },
  {
    fault: 'a million lines that are no log of dbt',
    where: 'while dbt runs',
    record: 'ledger',
    says: null,
    arrange: () => ({ plan: { rubbish: 1_000_000 } }),
  },
]

export const MOMENT_FAULTS: readonly WrapperFault[] = [...INNER, ...OUTER]
