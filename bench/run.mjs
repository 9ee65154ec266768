// Measures, checks what it measured, and only then prints and writes docs/performance.md. Started by main.mjs, which
// installs and builds first.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { contextOf } from './context.mjs'
import { machine } from './machine.mjs'
import { runMutations } from './mutations/index.mjs'
import { BREAKS } from './mutations/peers.mjs'
import { excerpt } from './report/page.mjs'
import { publish } from './report/publish.mjs'
import { measureRows, ROWS } from './rows/index.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    /** Less of everything, to see that it runs; writes nothing. */
    quick: { type: 'boolean', default: false },
    /** Rows, separated by commas; prints them and writes nothing. */
    only: { type: 'string' },
    /** Peers to append beside, e.g. `sqlite,tessera`; `none` for none. */
    peers: { type: 'string' },
    /** Sizes of batch, e.g. `1000`. */
    batch: { type: 'string' },
    /** Records and streams to grow to, e.g. 10000000. */
    'grow-to': { type: 'string' },
    /** Records of the large ledger, for a shorter look at its rows. */
    records: { type: 'string' },
    /** The checks must catch broken parts: prints which did. */
    mutations: { type: 'boolean', default: false },
    /** A contestant broken in its own process, e.g. `sqlite:loses`: prints why there is no figure. */
    break: { type: 'string' },
  },
})
const only = values.only?.split(',')
const unknown = only?.find((name) => !ROWS.includes(name))
if (unknown !== undefined) {
  process.stderr.write(`there is no row ${unknown}; there are ${ROWS.join(', ')}\n`)
  process.exit(2)
}

const [key, how] = values.break?.split(':') ?? []
if (values.break !== undefined && BREAKS[how] === undefined) {
  process.stderr.write(
    `--break takes the key of a contestant and one of ${Object.keys(BREAKS).join(', ')}, as in sqlite:loses\n`,
  )
  process.exit(2)
}

// Beside the code and not in the system's temporary folder, which may be memory: an fsync must cost what it costs.
const directory = join(root, '.cache', `bench-${process.pid}`)
const context = contextOf({
  directory,
  rounds: values.quick ? 1 : Number(values.rounds),
  quick: values.quick,
  only,
  growTo: values['grow-to'] === undefined ? undefined : Number(values['grow-to']),
  records: values.records === undefined ? undefined : Number(values.records),
  peers: values.peers?.split(','),
  batches: values.batch?.split(',').map(Number),
  broken: values.break === undefined ? undefined : { key, how },
})

mkdirSync(directory, { recursive: true })
try {
  if (values.mutations) process.exitCode = await runMutations(context)
  else await measure()
} catch (error) {
  if (error.name !== 'CheckFailed') throw error
  process.stderr.write(`nothing is printed, because a check did not hold: ${error.message}\n`)
  process.exitCode = 1
} finally {
  rmSync(directory, { recursive: true, force: true })
}
// Threads and handles of what was broken on purpose must not keep the process.
if (values.mutations) process.exit()

async function measure() {
  const begun = performance.now()
  const about = machine(directory)
  const measured = await measureRows(context)
  const result = { ...measured, machine: about, rounds: context.rounds, seconds: (performance.now() - begun) / 1000 }
  writeFileSync(join(root, '.cache', 'bench.json'), JSON.stringify(result))
  const whole =
    !values.quick &&
    only === undefined &&
    Object.keys(values).every((name) => ['rounds', 'quick', 'mutations'].includes(name))
  process.stdout.write(whole ? publish(root, result) : excerpt(result))
}
