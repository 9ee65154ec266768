/**
 * The events that everybody gets: statements of a dbt run with sealed text, about 1 KB each once recorded. Event n is
 * always the same event, so that a check can make it again and compare, and no figure depends on a random generator.
 */

const PER_STREAM = 5_000

/**
 * @param {'v7' | 'random'} ids `v7`: UUIDv7 as a producer mints them, ascending in time. `random`: UUIDv8 made of a hash,
 *   as events read from files have them; each falls on another page of an index.
 */
export function makeWorkload(ids = 'v7') {
  const id = ids === 'v7' ? timeOrderedId : randomId
  const streamOf = (n) => `run-${Math.floor(n / PER_STREAM)}`
  const revisionOf = (n) => n % PER_STREAM
  const event = (n) => ({ id: id(n), ...content(n) })
  return {
    ids,
    id,
    event,
    streamOf,
    revisionOf,
    /**
     * Events `first` to `first + count - 1` in batches, each for one stream with the revision that it expects. `batch`
     * divides `PER_STREAM`, `first` and `count`.
     *
     * @returns {{ stream: string, first: number, expected: 'no-stream' | bigint, events: object[] }[]}
     */
    batches({ first, count, batch }) {
      if (PER_STREAM % batch !== 0 || first % batch !== 0 || count % batch !== 0)
        throw new Error(`${count} events from ${first} cannot be cut into batches of ${batch}`)
      return Array.from({ length: count / batch }, (_, i) => {
        const at = first + i * batch
        const revision = revisionOf(at)
        const expected = revision === 0 ? 'no-stream' : BigInt(revision - 1)
        return {
          stream: streamOf(at),
          first: at,
          expected,
          events: Array.from({ length: batch }, (_, j) => event(at + j)),
        }
      })
    },
  }
}

/** The number of an event that came out of a store again. */
export const numberOf = (event) => Number(event.data.ordinal)

function content(n) {
  return {
    source: '/dbt/jaffle_shop/prod',
    type: 'dev.clyra.dbt.statement.executed.v1',
    time: flat(
      `2025-11-21T12:${String(Math.floor(n / 60) % 60).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}.123456Z`,
    ),
    data: {
      voice: 'log',
      invocation: '5a1c2b9e-8f1b-4c77-9a55-0d2f3f6f0c11',
      ordinal: String(n),
      node: flat(`model.jaffle_shop.orders_by_customer_${n % 200}`),
      origin: 'node',
      connection: flat(`model.jaffle_shop.orders_by_customer_${n % 200}`),
      thread: flat(`Thread-${n % 8} (worker)`),
      kind: 'statement',
      verb: 'CREATE',
      text: { 'clyra:sealed': digits(n, 1, 8) },
      fingerprint: digits(n, 2, 8),
      fingerprintKey: '0123456789abcdef',
      truncated: false,
      multiStatement: false,
      startedAt: '2025-11-21T12:54:04.130000Z',
      elapsedSeconds: '0.012345',
      outcome: n % 97 === 0 ? 'unknown' : 'success',
      commandTag: 'SELECT 99',
      rows: '99',
      queryId: null,
    },
  }
}

/** Eight events a millisecond. */
function timeOrderedId(n) {
  const time = (1_763_726_400_000 + Math.floor(n / 8)).toString(16).padStart(12, '0')
  const rest = digits(n, 3, 3)
  return flat(`${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-8${rest.slice(3, 6)}-${rest.slice(6, 18)}`)
}

function randomId(n) {
  const text = digits(n, 4, 4)
  return flat(
    `${text.slice(0, 8)}-${text.slice(8, 12)}-8${text.slice(13, 16)}-9${text.slice(17, 20)}-${text.slice(20)}`,
  )
}

/**
 * The same text in one piece, as a parser or a driver gives it. V8 keeps a concatenation as a tree of its parts until
 * somebody reads it, which would be inside the clock of who comes first.
 */
function flat(text) {
  return Buffer.from(text, 'latin1').latin1Slice()
}

const HEX = Buffer.from('0123456789abcdef')
const scratch = Buffer.alloc(64)

/** `words` groups of eight hex digits that look random (the finaliser of MurmurHash3 over a counter), at most eight. */
function digits(n, kind, words) {
  for (let word = 0; word < words; word++) {
    let x = (Math.imul(n + 1, 0x9e3779b1) ^ Math.imul(kind * 64 + word, 0x85ebca6b)) >>> 0
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
    x ^= x >>> 16
    for (let at = 8 * word + 7; at >= 8 * word; at--, x >>>= 4) scratch[at] = HEX[x & 15]
  }
  return scratch.latin1Slice(0, 8 * words)
}
