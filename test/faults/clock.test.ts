import { strict as assert } from 'node:assert'
import { existsSync } from 'node:fs'
import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ReaderWatch } from '../../src/stores/conformance/faults/reader-watch.js'
import * as product from '../../src/stores/index.js'
import { type FaultRow, reportFaults } from './report.js'
import { events, recordedAt, type Stores, withMutant } from './stores-under-test.js'

const DAY = 24 * 60 * 60 * 1000
const T0 = Date.UTC(2026, 0, 1)
const iso = (at: number) => new Date(at).toISOString()

const rows: FaultRow[] = []
afterAll(() => reportFaults('clock', rows))

/** A state directory with a clock that the test turns. */
async function withClock<T>(body: (place: ClockedPlace) => Promise<T>, stores: Stores = product): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'clyra-clock-'))
  const place = new ClockedPlace(join(root, '.clyra'), stores)
  try {
    return await body(place)
  } finally {
    await place.close()
    await rm(root, { recursive: true, force: true })
  }
}

class ClockedPlace {
  readonly directory: string
  readonly warnings: string[] = []
  readonly #stores: Stores
  readonly #watch = new ReaderWatch()
  #writer: product.EmbeddedLedger | undefined
  #reader: product.EmbeddedLedgerReader | undefined
  #now = T0

  constructor(directory: string, stores: Stores) {
    this.directory = directory
    this.#stores = stores
  }

  /** Sets the clock, appends two events, and gives `recordedat` and `time` of the last one. A reader is beside. */
  async appendAt(now: number): Promise<{ readonly recordedat: string; readonly time: string }> {
    this.#now = now
    this.#writer ??= await this.#open()
    await this.#writer.append('thing-1', 'any', events(2))
    this.#reader ??= await this.#stores.openEmbeddedLedgerReader({ directory: this.directory })
    await this.#watch.look(this.#reader)
    const [last] = await collectLast(this.#writer)
    return { recordedat: last!.event.recordedat, time: String(last!.event.time) }
  }

  async reopen(): Promise<void> {
    await this.#writer?.close()
    this.#writer = undefined
  }

  async openOnly(): Promise<void> {
    this.#writer = await this.#open()
    await this.reopen()
  }

  /** Everything once more: order, and nothing that a reader was shown has changed. */
  async check(): Promise<void> {
    await this.reopen()
    this.#writer = await this.#open()
    const stamps = await recordedAt(this.#writer)
    assert.deepEqual(stamps, stamps.toSorted(), 'recordedat goes back')
    await this.#watch.recheck(this.#writer)
    await this.reopen()
    const { findings } = await product.fsck({ directory: this.directory, all: true })
    assert.deepEqual(findings, [])
  }

  /** How many warnings about the clock there are, and forgets them. */
  clockWarnings(): number {
    return this.warnings.splice(0).filter((warning) => warning.includes('clock')).length
  }

  async close(): Promise<void> {
    await this.#writer?.close().catch(() => undefined)
    await this.#reader?.close()
  }

  async #open(): Promise<product.EmbeddedLedger> {
    const { createEmbeddedLedger, openEmbeddedLedger } = this.#stores
    const options = {
      directory: this.directory,
      now: () => this.#now,
      onWarning: (warning: string) => this.warnings.push(warning),
    }
    return existsSync(product.layoutOf(this.directory).log)
      ? openEmbeddedLedger(options)
      : createEmbeddedLedger({ ...options, origin: 'clock.example' })
  }
}

async function collectLast(ledger: product.EmbeddedLedger) {
  const found = []
  for await (const record of ledger.readAll({ backwards: true, limit: 1 })) found.push(record)
  return found
}

/** Back by a day, in one process and over a reopening. Gives how often the clock was turned. */
async function setBack(place: ClockedPlace): Promise<number> {
  assert.equal((await place.appendAt(T0 + DAY)).recordedat, iso(T0 + DAY))
  assert.equal(place.clockWarnings(), 0)
  // The producer's time is what the producer says; only recordedat is the ledger's.
  assert.deepEqual(await place.appendAt(T0), { recordedat: iso(T0 + DAY), time: iso(T0) })
  assert.equal(place.clockWarnings(), 1, 'a clock that went back was not warned of')
  assert.equal((await place.appendAt(T0 + 5)).recordedat, iso(T0 + DAY))
  assert.equal(place.clockWarnings(), 0, 'it is told once, not with each record')
  assert.equal((await place.appendAt(T0 + DAY + 1)).recordedat, iso(T0 + DAY + 1))
  assert.equal((await place.appendAt(T0 + DAY)).recordedat, iso(T0 + DAY + 1))
  assert.equal(place.clockWarnings(), 1, 'the second time it went back was not warned of')
  await place.reopen()
  assert.equal((await place.appendAt(T0 - 300 * DAY)).recordedat, iso(T0 + DAY + 1))
  assert.equal(place.clockWarnings(), 1, 'a clock that went back while nobody looked was not warned of')
  await place.reopen()
  assert.equal((await place.appendAt(0)).recordedat, iso(T0 + DAY + 1))
  return 4
}

/** Far ahead, and right again: records stay at the furthest instant until the clock has come there. */
async function farAhead(place: ClockedPlace): Promise<number> {
  const far = Date.UTC(2075, 11, 31)
  await place.appendAt(T0)
  assert.equal((await place.appendAt(far)).recordedat, iso(far))
  assert.equal(place.clockWarnings(), 0)
  assert.deepEqual(await place.appendAt(T0 + 1), { recordedat: iso(far), time: iso(T0 + 1) })
  assert.equal(place.clockWarnings(), 1)
  for (let i = 2; i < 4; i++) {
    await place.reopen()
    place.clockWarnings()
    assert.equal((await place.appendAt(T0 + i * DAY)).recordedat, iso(far))
    assert.equal(place.clockWarnings(), 1, 'it has to be told after each opening, as long as it lasts')
  }
  assert.equal((await place.appendAt(far + 1)).recordedat, iso(far + 1))
  return 4
}

for (const [name, body] of [
  ['set back, in one process and while the ledger was closed', setBack],
  ['far ahead and then right again', farAhead],
] as const) {
  test(`a clock that is ${name}: recordedat is never smaller, and it is told`, async () => {
    const cases = await withClock(async (place) => {
      const turned = await body(place)
      await place.check()
      return turned
    })
    rows.push({
      fault: `clock ${name}`,
      where: 'append, open',
      cases,
      survived: cases,
      rule: 'recordedat is never smaller than before and is told once per opening; `time` is as the producer says; fsck finds nothing',
      mutation: 'take the clock as it is; forget the newest recordedat at opening',
    })
  })
}

test('a mutant that takes the clock as it is fails', async () => {
  const mutation = {
    name: 'recordedat taken from the clock as it is',
    file: 'ledger/record-clock.js',
    changes: [['if (now >= this.#newest)', 'if (true)']],
  } as const
  await expect(withMutant(mutation, (stores) => withClock(setBack, stores))).rejects.toThrow('2026-01-02')
})

test('a mutant that forgets the newest recordedat when it opens fails', async () => {
  const mutation = {
    name: 'newest recordedat forgotten at opening',
    file: 'ledger/committer.js',
    changes: [['parseRecord(newest.bytes).recordedat, options.onWarning)', "'', options.onWarning)"]],
  } as const
  await expect(withMutant(mutation, (stores) => withClock(setBack, stores))).rejects.toThrow('2026-01-02')
})

/** What no record may carry, by name. The last lies so far ahead that no later record could have an earlier time. */
const BROKEN: Readonly<Record<string, () => unknown>> = {
  'in microseconds': () => T0 * 1000,
  'in nanoseconds, as a bigint': () => BigInt(T0) * 1_000_000n,
  'in the year 10000': () => Date.UTC(10_000, 0, 1),
  'before the year 0': () => Date.parse('0000-01-01T00:00:00Z') - 1,
  'not a number': () => Number.NaN,
  infinite: () => Number.POSITIVE_INFINITY,
  'a text': () => iso(T0),
  'a date': () => new Date(T0),
  absent: () => undefined,
  'one that throws': () => {
    throw new Error('no such device')
  },
  'in the year 9998': () => Date.UTC(9998, 0, 1),
}

/** Creation, append with and without a time, heads, key and torn tail: CLOCK_INVALID, and the ledger is as it was. */
async function broken(clock: () => unknown, stores: Stores = product): Promise<number> {
  const root = await mkdtemp(join(tmpdir(), 'clyra-clock-'))
  const directory = join(root, '.clyra')
  const warnings: string[] = []
  let now: () => unknown = () => T0
  // A library is called without types too.
  const options = { directory, now: () => now() as number, onWarning: (text: string) => warnings.push(text) }
  const refused = async (what: string, work: () => Promise<unknown>) => {
    const before = now
    now = clock
    const error: unknown = await work().then(
      () => new Error(`${what} was acknowledged`),
      (thrown: unknown) => thrown,
    )
    now = before
    assert.equal((error as { code?: string }).code, 'CLOCK_INVALID', `${what}: ${String(error)}`)
  }
  try {
    await refused('a new ledger', () => stores.createEmbeddedLedger({ ...options, origin: 'clock.example' }))
    const ledger = await stores.createEmbeddedLedger({ ...options, origin: 'clock.example' })
    const [event] = events(1)
    const timed = { ...event!, time: iso(T0) }
    await refused('an append', () => ledger.append('thing-1', 'any', events(1)))
    await refused('an append of an event with a time of its own', () => ledger.append('thing-1', 'any', [timed]))
    await refused('a heads record', () => ledger.heads())
    await refused('a key', () => ledger.rotateEvidenceKey())
    await refused('a redaction', () => ledger.recordRedaction('subject-1', 'mistake'))
    await ledger.append('thing-1', 'no-stream', [timed])
    now = clock
    warnings.length = 0
    await ledger.close()
    assert.deepEqual(
      warnings.filter((text) => !text.includes('CLOCK_INVALID')),
      [],
      'closing seals, and says that no heads record could be appended',
    )
    now = () => T0
    await (await stores.openEmbeddedLedger(options)).close()
    const { findings } = await stores.fsck({ directory, all: true })
    assert.deepEqual(findings, [])
    return 6
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

test('a clock that gives what no record may carry: CLOCK_INVALID, nothing acknowledged, and the ledger opens again', async () => {
  let cases = 0
  for (const clock of Object.values(BROKEN)) cases += await broken(clock)
  rows.push({
    fault: `clock ${Object.keys(BROKEN).join('; ')}`,
    where: 'create, append, heads, keys rotate, redaction',
    cases,
    survived: cases,
    rule: 'CLOCK_INVALID, nothing is acknowledged or written, the ledger closes, opens and is whole; the right clock goes on',
    mutation: 'write what the clock says without looking; forget the bound against the newest record',
  })
})

test('a mutant that writes what the clock says without looking fails', async () => {
  const mutation = {
    name: 'instants are not looked at',
    file: 'events/instant.js',
    changes: [['if (isRecordedAt(text))', "if (text !== '')"]],
  } as const
  const clock = BROKEN['before the year 0']!
  await expect(withMutant(mutation, (stores) => broken(clock, stores))).rejects.toThrow()
})

test('a mutant that forgets the bound against the newest record fails', async () => {
  const mutation = {
    name: 'any jump ahead is taken',
    file: 'events/instant.js',
    changes: [['<= MOST_AHEAD)', '<= Infinity)']],
  } as const
  const clock = BROKEN['in the year 9998']!
  await expect(withMutant(mutation, (stores) => broken(clock, stores))).rejects.toThrow('was acknowledged')
})

/** Torn twice at one place while the clock stands still: both tails are kept. */
async function standingStill(place: ClockedPlace): Promise<void> {
  await place.appendAt(T0)
  await place.reopen()
  const { log } = product.layoutOf(place.directory)
  for (const tail of ['first tail', 'second tail', 'third tail']) {
    const [segment] = (await readdir(log)).filter((name) => name.endsWith('.seg'))
    await appendFile(join(log, segment!), tail)
    await place.openOnly()
  }
  assert.equal((await readdir(join(log, 'torn'))).length, 3, 'a torn tail took the place of another one')
}

test('a clock that stands still: each torn tail is kept under a name of its own', async () => {
  await withClock(async (place) => {
    await standingStill(place)
    await place.check()
  })
  rows.push({
    fault: 'clock stands still while the log is torn again and again',
    where: 'open',
    cases: 3,
    survived: 3,
    rule: 'what is set aside is never overwritten',
    mutation: 'name a torn tail by time and place alone',
  })
})

test('a mutant that names a torn tail by time and place alone fails', async () => {
  const mutation = {
    name: 'torn tail named by time and place alone',
    file: 'stores/embedded/torn-tail.js',
    changes: [['there.has(free)', 'false']],
  } as const
  await expect(withMutant(mutation, (stores) => withClock(standingStill, stores))).rejects.toThrow('took the place')
})
