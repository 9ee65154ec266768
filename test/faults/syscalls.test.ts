import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { SeededRandom } from '../../src/stores/conformance/seeded-random.js'
import { openEmbeddedLedger } from '../../src/stores/index.js'
import { bundledProduct } from './bundle-stores.js'
import { Checker } from './checker.js'
import { checkAfter, type Injection, inject, injectionsOf, misbehaviour } from './injections.js'
import { MUTATIONS, type Mutation, mutate } from './mutations.js'
import { inScratch } from './power-loss.js'
import { type FaultRow, fullBounds, reportFaults } from './report.js'
import { sampled } from './sampled.js'
import { publishedBy, traceWork } from './workload.js'
import { bulk, creation, type PreparedWork, recovery, reopening } from './works.js'

const missing = spawnSync('strace', ['-V']).error !== undefined
if (missing) process.stderr.write('not run: failing system calls, because strace is not installed\n')

test('strace is there where it has to be', () => {
  expect(missing && process.env['CI'] === 'true').toBe(false)
})

/** The same calls in each run; another seed takes others. */
const SEED = Number(process.env['CLYRA_FAULTS_SEED'] ?? 20_261)
/** Injections into each piece of work; in full all of them. */
const LIMIT = fullBounds ? Number.POSITIVE_INFINITY : 6
process.stderr.write(`system calls: seed ${SEED}, ${LIMIT} of each piece of work\n`)
const LONG = fullBounds ? 7_200_000 : 300_000

const RULE =
  'refused by a code or done, the process ends in order; then it opens, acknowledged events there, batches whole or absent, no checkpoint contradicted, fsck clean, appends go on'
const { flushError, writeError, threadError, logFlush, directories, tilesLast, publishedFirst } = MUTATIONS
const rows = new Map<string, FaultRow>()
/** What each fault shows when the product is wrong; tested below. */
const MUTATION_OF: Readonly<Record<string, string>> = {
  'error append': flushError.name,
  'error seal': writeError.name,
  'error publish': writeError.name,
  'error checkpoint': writeError.name,
  'SIGKILL open': `${directories.name} (the step is missing)`,
  'SIGKILL append': `${logFlush.name} (the step is missing)`,
  'SIGKILL seal': tilesLast.name,
  'SIGKILL checkpoint': publishedFirst.name,
}

function count(fault: string, where: string, rule: string, mutation = '', cases = 1): void {
  const key = `${fault} ${where}`
  const total = (rows.get(key)?.cases ?? 0) + cases
  rows.set(key, { fault, where, cases: total, survived: total, rule, mutation })
}

/** At most `limit`: of every step, and of each step as many kinds of call and error as can be. */
function drawn(all: readonly Injection[], limit: number, random: SeededRandom): Injection[] {
  if (all.length <= limit) return [...all]
  const steps = groups(all, ({ step }) => step).map((ofStep) =>
    groups(ofStep, ({ call, injected }) => `${call} ${injected}`),
  )
  const found: Injection[] = []
  for (let turn = 0; found.length < limit; turn++) {
    const kinds = steps[turn % steps.length]!
    if (kinds.length === 0) continue
    const [kind] = kinds.splice(random.below(kinds.length), 1)
    found.push(random.pick(kind!))
  }
  return found
}

function groups<T>(all: readonly T[], nameOf: (one: T) => string): T[][] {
  const found = new Map<string, T[]>()
  for (const one of all) found.set(nameOf(one), [...(found.get(nameOf(one)) ?? []), one])
  return [...found.values()]
}

/** Injects, two at a time; gives what did not hold. */
async function injectAll(
  prepared: PreparedWork,
  injections: readonly Injection[],
  { stores, enough = 5, counted = false }: { stores?: string | undefined; enough?: number; counted?: boolean },
): Promise<string[]> {
  const faults: string[] = []
  let done = 0
  const left = injections[Symbol.iterator]()
  const lane = async () => {
    const checker = new Checker()
    try {
      for (let next = left.next(); !next.done && faults.length < enough; next = left.next()) {
        const { call, path, nth, injected, step } = next.value
        const outcome = await inject(checker, prepared, next.value, stores)
        if (outcome === undefined) continue
        for (const fault of outcome.faults) faults.push(`${injected} in ${call} ${nth} of ${path}: ${fault}`)
        if (!counted) continue
        if (++done % 100 === 0) process.stderr.write(`${done} of ${injections.length} injections\n`)
        const errorOfBinding = path.startsWith('index/lmdb') && injected !== 'SIGKILL'
        if (errorOfBinding) countBinding(outcome.ended)
        else {
          const mutation = MUTATION_OF[`${injected === 'SIGKILL' ? injected : 'error'} ${step}`]
          count(`${injected} in any call on its files`, step, RULE, mutation)
        }
      }
    } finally {
      await checker.close()
    }
  }
  await Promise.all([lane(), lane()])
  return faults
}

let bindingEnded = 0
function countBinding(ended: boolean): void {
  if (ended) bindingEnded++
  const rule = `the ledger is whole at the next opening; in ${bindingEnded} of them LMDB's binding ended the process (decision "What LMDB cannot survive")`
  count("EIO, ENOSPC in LMDB's own calls", 'index', rule)
}

/** Every step has its calls: a flush that is left out is one that no fault can hit. */
function missingSteps(injections: readonly Injection[]): string[] {
  const needed: readonly [Injection['step'], string, string][] = [
    ['append', 'write', '.seg'],
    ['append', 'fdatasync', '.seg'],
    ['open', 'fsync', 'log'],
    ['seal', 'fdatasync', ''],
    ['seal', 'rename', ''],
    ['seal', 'fsync', ''],
    ['publish', 'fdatasync', ''],
    ['publish', 'rename', ''],
    ['checkpoint', 'fdatasync', ''],
    ['checkpoint', 'rename', ''],
    ['checkpoint', 'fsync', 'checkpoints'],
    ['index', 'pwrite64', 'data.mdb'],
  ]
  return needed
    .filter(
      ([step, call, end]) =>
        !injections.some((one) => one.step === step && one.call === call && one.path.endsWith(end)),
    )
    .map((parts) => parts.join(' '))
}

test.skipIf(missing).each([
  ['a ledger is created and written', async () => creation],
  ['a ledger is opened again and written', reopening],
  ['a torn tail is set aside', recovery],
  ['a thread writes many tiles', async () => bulk],
])(
  'any call on its files may fail, or be the last one, while %s',
  async (_, prepare) => {
    const prepared = await prepare()
    const all = await injectionsOf(prepared)
    expect(missingSteps(all)).toEqual([])
    expect(await injectAll(prepared, drawn(all, LIMIT, new SeededRandom(SEED)), { counted: true })).toEqual([])
  },
  LONG,
)

test.skipIf(missing).each([logFlush, directories])('a step that is missing is noticed: $name', async (mutation) => {
  const all = await mutate(mutation, (stores) => injectionsOf(creation, stores))
  expect(missingSteps(all)).not.toEqual([])
})

interface FoundMutation extends Mutation {
  readonly hits: (injection: Injection) => boolean
  readonly prepare?: () => Promise<PreparedWork>
}

const FOUND: readonly FoundMutation[] = [
  {
    ...flushError,
    hits: ({ call, injected, path }: Injection) =>
      call === 'fdatasync' && injected !== 'SIGKILL' && path.endsWith('.seg'),
  },
  {
    ...publishedFirst,
    hits: ({ step, call, injected }: Injection) => step === 'checkpoint' && call === 'rename' && injected === 'SIGKILL',
  },
  {
    ...tilesLast,
    hits: ({ path, call, injected }: Injection) =>
      path === 'tiles/.tmp/4242-0' && call === 'openat' && injected === 'SIGKILL',
  },
  ...['tiles/.tmp/4242-0', 'tiles/.tmp/4242-checkpoint', 'checkpoints/.tmp'].map((place) => ({
    ...writeError,
    name: `${writeError.name}: ${place}`,
    hits: ({ path, call, injected }: Injection) => path === place && call === 'write' && injected !== 'SIGKILL',
  })),
  {
    ...threadError,
    prepare: async () => bulk,
    hits: ({ path, call, injected }: Injection) =>
      path === 'tiles/.tmp/4242-2' && call === 'write' && injected !== 'SIGKILL',
  },
]

test.skipIf(missing).each(sampled(FOUND, 3))(
  'the same injections find: $name',
  async ({ hits, prepare = reopening, ...mutation }) => {
    const prepared = await prepare()
    const faults = await mutate(mutation, async (stores) => {
      const some = (await injectionsOf(prepared, stores)).filter(hits)
      expect(some.length).toBeGreaterThan(0)
      return injectAll(prepared, some, { stores, enough: 1 })
    })
    expect(faults).not.toEqual([])
  },
)

test.skipIf(missing)(
  'a write may come short, at any size that a file may have',
  async () => {
    const prepared = await reopening()
    const limits = Array.from({ length: fullBounds ? 60 : 5 }, (_, n) => 20_000 + n * (fullBounds ? 2_500 : 26_111))
    const checker = new Checker()
    let cases = 0
    for (const limit of limits) {
      await inScratch(prepared.before, async (directory) => {
        const how = { strace: ['--trace=none'], wrapper: ['prlimit', `--fsize=${limit}`] }
        const worked = await traceWork({ directory, ...prepared.work }, how)
        if (!worked.trace.includes('SIGXFSZ')) return
        const faults = [...misbehaviour(worked), ...(await checkAfter(checker, directory, prepared, worked))]
        expect(faults, `${limit} bytes`).toEqual([])
        cases++
      })
    }
    await checker.close()
    expect(cases).toBeGreaterThan(1)
    count('short write, then EFBIG', 'append, index', RULE, '', cases)
  },
  LONG,
)

/** A second writer whose first `lies` tries of the lock are granted although another one has it, on the state that it opened. */
async function secondWriter(stores: string, lies: '1' | '1+'): Promise<string[]> {
  const { before } = await reopening()
  return inScratch(before, async (directory) => {
    const script = fileURLToPath(new URL('./second-writer.mjs', import.meta.url))
    const first = await openEmbeddedLedger({ directory, sealDelayMs: 600_000 })
    const granted = ['-P', `${directory}/log/lock`, `--inject=fcntl:retval=0:when=${lies}`]
    const child = spawn(
      'strace',
      ['-f', '-o', '/dev/null', '--trace=fcntl', ...granted, process.execPath, script, stores, directory],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    )
    let said = ''
    const ended = new Promise((resolve) => child.once('close', resolve))
    await new Promise((resolve) => {
      child.once('close', resolve)
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text
        if (said.includes('open\n')) resolve(undefined)
      })
    })
    const { position } = await first.append('lane-1', 'any', [{ type: 'com.example.first.v1', source: '/f', data: {} }])
    await first.sealed(position)
    child.stdin.end('go\n')
    await ended
    // What it was opened on is gone from under it: closing may fail.
    await first.close().catch(() => undefined)
    return said.split('\n').filter((line) => line !== '')
  })
}

const { compareAndSet, lengthOfLog, lockNotProved } = MUTATIONS

test.skipIf(missing)('where a lock is granted to everybody no ledger is opened for writing', async () => {
  const lines = await secondWriter(await bundledProduct(), '1+')
  expect(lines.join()).toMatch(/^refused LOCKS_UNSUPPORTED/)
  const mutated = await mutate(lockNotProved, (stores) => secondWriter(stores, '1+'))
  expect(mutated).toContain('open')
  const rule = 'refused by LOCKS_UNSUPPORTED before anything is written'
  count('a file system that grants every lock', 'open', rule, lockNotProved.name)
})

test.skipIf(missing)(
  'a second writer that got the lock too appends nothing, and signs no second checkpoint',
  async () => {
    const second = (stores: string) => secondWriter(stores, '1')
    expect(await second(await bundledProduct())).toEqual(['open', 'refused LEDGER_TAKEN_AWAY undefined'])
    // Behind the one guard stands the next.
    expect(await mutate(lengthOfLog, second)).toEqual(['open', 'refused SEAL_FAILED TREE_DIVERGED'])
    const mutated = await mutate({ ...lengthOfLog, beside: compareAndSet }, second)
    expect(publishedBy(mutated).length).toBe(1)
    const rule = 'the later one appends nothing and signs no other checkpoint of a published size'
    count('a lock that was granted to two writers', 'append, seal', rule, `${lengthOfLog.name}; ${compareAndSet.name}`)
  },
)

afterAll(() => {
  if (rows.size > 0)
    reportFaults(
      'syscalls',
      [...rows.values()].sort((a, b) => (a.fault < b.fault ? -1 : 1)),
    )
})
