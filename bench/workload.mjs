import { createHash } from 'node:crypto'
import { v7 } from 'uuid'

/** Random UUIDv4-shaped ids would scatter index pages; these are what Clyra mints: UUIDv7. */
const mint = () => v7()

const hex = (text) => createHash('sha256').update(text).digest('hex')

/**
 * Batches of events as a dbt run makes them: statements with sealed text, about 1 KB each once recorded. Every batch goes
 * to one stream `run-<n>`; ids, times and digests are made here, before any clock runs.
 *
 * @param {{ first: number, count: number, batch: number }} shape `first`: number of the first event, so that rounds differ.
 * @returns {{ stream: string, expected: 'no-stream' | bigint, events: object[] }[]}
 */
export function makeBatches({ first, count, batch }) {
  const perStream = Math.max(batch, 5_000)
  const batches = []
  for (let at = 0; at < count; at += batch) {
    const inStream = at % perStream
    const stream = `run-${first}.${Math.floor(at / perStream)}`
    const size = Math.min(batch, count - at)
    const events = Array.from({ length: size }, (_, i) => makeEvent(first + at + i))
    batches.push({ stream, expected: inStream === 0 ? 'no-stream' : BigInt(inStream - 1), events })
  }
  return batches
}

function makeEvent(n) {
  return {
    id: mint(),
    source: '/dbt/jaffle_shop/prod',
    type: 'dev.clyra.dbt.statement.executed.v1',
    time: `2025-11-21T12:${String(Math.floor(n / 60) % 60).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}.123456Z`,
    data: {
      voice: 'log',
      invocation: '5a1c2b9e-8f1b-4c77-9a55-0d2f3f6f0c11',
      ordinal: String(n),
      node: `model.jaffle_shop.orders_by_customer_${n % 200}`,
      origin: 'node',
      connection: `model.jaffle_shop.orders_by_customer_${n % 200}`,
      thread: `Thread-${n % 8} (worker)`,
      kind: 'statement',
      verb: 'CREATE',
      text: { 'clyra:sealed': hex(`text ${n}`) },
      fingerprint: hex(`fingerprint ${n}`),
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
