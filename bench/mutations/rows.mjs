import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { foldRecords } from '../../dist/src/events/index.js'
import { checkFlushes } from '../checks/flushes.mjs'
import { CLYRA, CLYRA_WORKERS, clyra } from '../contestants/clyra.mjs'
import { hypercore } from '../contestants/hypercore.mjs'
import { lmdb } from '../contestants/lmdb.mjs'
import { postgres } from '../contestants/postgres.mjs'
import { raw } from '../contestants/raw.mjs'
import { sqlite } from '../contestants/sqlite.mjs'
import { tessera } from '../contestants/tessera.mjs'
import { product } from '../product.mjs'
import { measureAppend } from '../rows/append.mjs'
import { component, measureRoot } from '../rows/component.mjs'
import { measureGrowth } from '../rows/growth.mjs'
import { inChild, measureLarge } from '../rows/large.mjs'
import { measureLag, measureLoop, measureSingles } from '../rows/latency.mjs'
import { measureSocket } from '../rows/socket.mjs'
import { measureSteps } from '../rows/steps.mjs'
import { measureVerify } from '../rows/verify.mjs'
import { measureWrapper, STAND_IN } from '../rows/wrapper.mjs'
import * as broken from './ledgers.mjs'
import { changing, losing } from './peers.mjs'
import { spoilt } from './spoilt.mjs'

const SHAPE = { batch: 100, count: 500 }

/** One contestant appends; round 0 alone is enough for a check. */
const append = (contestant) => (context) => measureAppend(SHAPE, [contestant], { ...context, rounds: 0 })
const ledger = (under, how = CLYRA) => append(clyra({ ...how, product: under }))
const row = (measure, changes) => (context) => measure({ ...context, ...changes })
const large = (wants, changes) => (context) =>
  measureLarge({
    ...context,
    madeBefore: copyOfShared(context),
    wants: (one) => wants === 'all' || one === wants,
    ...changes,
  })
const flushes = (key, contestant, mutation) => async (context) =>
  checkFlushes([{ ...contestant, key }], { ...context, mutation })

/** For each row: how it runs unbroken, small, and with which broken parts its checks must not let it through. */
export const MUTATED_ROWS = [
  {
    row: 'append (Clyra)',
    unbroken: ledger(product),
    broken: {
      'a record lost': ledger(broken.losesARecord),
      'another event kept': ledger(broken.keepsAnotherEvent),
      'a tile skipped': ledger(broken.skipsATile),
      'the index dropped': ledger(broken.dropsTheIndex),
      'validation skipped': ledger(broken.skipsValidation),
      'a repetition written again': ledger(broken.writesARepetition),
      'sealing skipped': async (context) => {
        const leftOpen = []
        try {
          await ledger(broken.doesNotSeal(leftOpen))(context)
        } finally {
          // Its directory is gone, and with it what closing would seal.
          for (const one of leftOpen) await one.close().catch(() => undefined)
        }
      },
    },
  },
  {
    row: 'append (Clyra, workers)',
    unbroken: ledger(product, CLYRA_WORKERS),
    broken: { 'bytes copied instead of transferred': ledger(product, { ...CLYRA_WORKERS, producing: 'copies' }) },
  },
  ...[raw(), lmdb(), lmdb({ input: 'bytes' }), sqlite(), sqlite({ input: 'bytes' }), hypercore()].map((peer) => ({
    row: `append (${peer.name}, ${peer.input} in)`,
    unbroken: append(peer),
    broken: { 'an event lost': append(losing(peer)), 'another event kept': append(changing(peer)) },
  })),
  {
    row: 'append (SQLite), its level of safety',
    unbroken: append(sqlite()),
    broken: { 'synchronous = NORMAL': append(sqlite({ synchronous: 'NORMAL' })) },
  },
  {
    row: 'append (PostgreSQL)',
    needs: postgres(),
    unbroken: append(postgres()),
    broken: {
      'an event lost': append(losing(postgres())),
      'fsync = off': append(postgres({ settings: { fsync: 'off' } })),
    },
  },
  {
    row: 'append (Tessera)',
    needs: tessera(),
    unbroken: append(tessera()),
    broken: { 'an entry lost': append(tessera({ drop: 1 })) },
  },
  {
    row: 'flushes',
    unbroken: flushes('clyra', clyra(CLYRA)),
    broken: {
      'Clyra skips the flush': flushes('clyra', clyra(CLYRA), 'skip the flush'),
      'raw segments skip it': flushes('raw', raw(), 'skip the flush'),
      'LMDB skips it': flushes('lmdb', lmdb(), 'skip the flush'),
      'SQLite skips it': flushes('sqlite', sqlite(), 'skip the flush'),
    },
  },
  {
    row: 'singles',
    unbroken: row(measureSingles),
    broken: {
      'acknowledged before it is durable': row(measureSingles, { product: broken.acknowledgesEarly }),
      'an event lost': row(measureSingles, { product: broken.losesASingleEvent }),
    },
  },
  {
    row: 'loop',
    unbroken: row(measureLoop),
    broken: { 'a record of each batch lost': row(measureLoop, { product: broken.losesARecord }) },
  },
  {
    row: 'lag',
    unbroken: row(measureLag),
    broken: { 'a record kept from the subscriber': row(measureLag, { product: broken.skipsASubscriber }) },
  },
  {
    row: 'socket',
    unbroken: row(measureSocket, { rounds: 0 }),
    broken: { 'a record of each batch lost': row(measureSocket, { rounds: 0, product: broken.losesARecord }) },
  },
  {
    row: 'verify',
    unbroken: row(measureVerify),
    broken: {
      'a verifier that finds all things valid': row(measureVerify, {
        product: { ...product, verifyBundle: async () => ({ verdict: 'VALID', records: 10_002 }) },
      }),
      'a verifier that trusts anybody': row(measureVerify, {
        product: { ...product, verifyBundle: trustsAnybody() },
      }),
      'a program that finds all things valid': row(measureVerify, {
        product: {
          ...product,
          verifiers: () => [{ name: 'of nobody', command: [process.execPath, '-e', SAYS_VALID] }],
        },
      }),
    },
  },
  {
    row: 'root',
    unbroken: row(measureRoot),
    broken: {
      'a record left out of the tree': row(measureRoot, {
        component: { ...component, bytesAndRoot: (prepared, count) => component.bytesAndRoot(prepared, count - 1) },
      }),
      'bytes left out of the tree': row(measureRoot, {
        component: { ...component, rootOf: (records, times) => component.rootOf(records.slice(1), times) },
      }),
    },
  },
  {
    row: 'steps',
    unbroken: row(measureSteps),
    broken: { 'the work of a step skipped, each in turn': spoiltSteps },
  },
  {
    row: 'wrapper',
    unbroken: row(measureWrapper, { rounds: 1 }),
    broken: { 'a wrapper that records nothing': row(measureWrapper, { rounds: 1, wrapper: [STAND_IN, 'build'] }) },
  },
  {
    row: 'growth',
    unbroken: row(measureGrowth),
    broken: {
      'the index dropped': row(measureGrowth, { product: broken.dropsTheIndex }),
      'a tile skipped': row(measureGrowth, { product: broken.skipsATile }),
      'an event lost': row(measureGrowth, { product: broken.losesARecord }),
    },
  },
  {
    row: 'open, disk, prove, replay, memory, fsck',
    unbroken: large('all'),
    broken: {
      'open: an index that knows no ids': large('open', { product: broken.knowsNoIds }),
      'open: the index dropped': large('open', { product: broken.dropsTheIndex }),
      'disk: a tile skipped': large('disk', { product: broken.skipsATile }),
      'prove: a hash left out': large('prove', { product: broken.leavesOutAHash }),
      'prove: consistency of another size': large('prove', { product: broken.provesAnotherGrowth }),
      'prove: another revision': large('prove', { product: broken.provesTheWrongHead }),
      'replay: half of the records': large('replay', { product: { ...product, foldLedger: foldsHalf } }),
      'replay: no chain checked': large('replay', { product: { ...product, foldLedger: foldsUnchecked } }),
      'memory: half of the events appended': large('memory', { madeBefore: undefined, childMutation: 'half' }),
      'fsck: finds nothing, ever': large('fsck', { product: { ...product, fsck: findsNothing } }),
    },
  },
]

/** The large rows share one ledger, made when the first of them runs and copied for each. */
function copyOfShared({ shared }) {
  return async (place, count) => {
    const kept = join(shared.directory, 'large')
    shared.large ??= await inChild(['append', kept, String(count), '1000', ''])
    cpSync(kept, place, { recursive: true })
    return shared.large
  }
}

const SAYS_VALID = `console.log('{"verdict":"VALID","records":10002}')`

function trustsAnybody() {
  let own
  return (bytes, options) => {
    own ??= options
    return product.verifyBundle(bytes, own)
  }
}

async function foldsHalf(ledger, projection, { to }) {
  return product.foldLedger(ledger, projection, { to: Math.floor(to / 2) })
}

/** Folds what it is given, whatever it is chained to. */
async function foldsUnchecked(ledger, projection, { to }) {
  const partitions = new Map()
  let through = 0
  for await (const view of ledger.readAll({ limit: to + 1 })) {
    through++
    const record = { ...view, position: Number(view.position) }
    const name = projection.partition(record)
    if (name === undefined) continue
    if (!partitions.has(name)) partitions.set(name, [])
    partitions.get(name).push(record)
  }
  const states = [...partitions].map(([name, records]) => [name, { state: foldRecords(projection, name, records) }])
  return { through, states: new Map(states) }
}

async function findsNothing(options) {
  const result = await product.fsck(options)
  return { ...result, ok: true, findings: [] }
}

/** Each step's check has to refuse a result that the step did not work for. */
async function spoiltSteps(context) {
  let refused
  const judge = ({ name, check }, result) => {
    try {
      check(spoilt(result))
    } catch (error) {
      if (error.name !== 'CheckFailed') throw error
      refused = error
      return
    }
    throw new Error(`the check of "${name}" let a result through that nobody worked for`)
  }
  await measureSteps({ ...context, judge })
  throw refused
}
