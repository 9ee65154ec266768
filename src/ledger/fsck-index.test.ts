import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StoredEvent } from '../events/index.js'
import type { LocalIndex } from '../ports/index.js'
import { IndexCheck } from './fsck-index.js'
import { Findings, FirstFinding } from './fsck-result.js'

interface Entry {
  readonly stream: string
  readonly revision: number
  /** What the index says instead of the position: of the id, of the revision. */
  readonly wrongId: boolean
  readonly wrongRevision: boolean
  /** Something else is found at this record, after it was compared. */
  readonly other: boolean
}

/** Records of a log in order, each with whether the index is wrong about it. */
const logs = fc
  .array(
    fc.record({
      stream: fc.oneof(
        fc.constantFrom('a', 'b', 'c'),
        fc.nat(200).map((n) => `s${n}`),
      ),
      wrong: fc.integer({ min: 0, max: 60 }),
    }),
    { maxLength: 1_200 },
  )
  .map((records): Entry[] => {
    const revisions = new Map<string, number>()
    return records.map(({ stream, wrong }) => {
      const revision = revisions.get(stream) ?? 0
      revisions.set(stream, revision + 1)
      return { stream, revision, wrongId: wrong === 1, wrongRevision: wrong === 2, other: wrong === 3 }
    })
  })

function indexOf(log: readonly Entry[]) {
  const counts = { lookups: 0 }
  const index: Pick<LocalIndex, 'positionsOf' | 'positionsIn'> = {
    positionsOf: (ids) => {
      counts.lookups++
      return ids.map((id) => (log[Number(id)]?.wrongId === true ? undefined : Number(id)))
    },
    positionsIn: (stream, from, limit) => {
      counts.lookups++
      const there = [...log.entries()].filter(([, one]) => one.stream === stream)
      return there.slice(from, from + limit).map(([position, one]) => (one.wrongRevision ? position + 0.5 : position))
    },
  }
  // Holds: the check asks for nothing else.
  return { index: index as LocalIndex, counts }
}

const compare = (log: readonly Entry[], all: boolean, through: number) => {
  const findings = new Findings(all)
  const check = new IndexCheck(findings, indexOf(log).index, through)
  try {
    for (const [position, { stream, revision, other }] of log.entries()) {
      // Holds: the check looks at nothing else.
      check.record({ id: String(position), stream, revision: String(revision) } as StoredEvent, position)
      if (other) findings.add('LOG_CORRUPT', 'other', 'other', position)
    }
    check.end()
  } catch (error) {
    if (!(error instanceof FirstFinding)) throw error
  }
  return findings.found.map(({ where, position }) => `${where} ${position}`)
}

test('finds, in the order of the log, what comparing one record after another finds', () => {
  fc.assert(
    fc.property(logs, fc.nat(1_300), (log, through) => {
      const expected = log.flatMap(({ stream, wrongId, wrongRevision, other }, position) => [
        ...(wrongId && position < through ? [`${position} ${position}`] : []),
        ...(wrongRevision && position < through ? [`${stream} ${position}`] : []),
        ...(other ? [`other ${position}`] : []),
      ])
      expect(compare(log, true, through)).toEqual(expected)
      expect(compare(log, false, through)).toEqual(expected.slice(0, 1))
    }),
    { numRuns: 60 },
  )
})

test('asks the index some dozens of times for thousands of records of a stream', () => {
  const log = Array.from({ length: 3_000 }, (_, revision) => ({ stream: 'a', revision }) as Entry)
  const { index, counts } = indexOf(log)
  const check = new IndexCheck(new Findings(true), index, Number.POSITIVE_INFINITY)
  for (const { stream, revision } of log) {
    check.record({ id: String(revision), stream, revision: String(revision) } as StoredEvent, revision)
  }
  check.end()
  expect(counts.lookups).toBeLessThan(40)
})
