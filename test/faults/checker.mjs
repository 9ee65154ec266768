// Run by checker.ts: looks at what faults left of a ledger, one directory for each message, and says what does not hold.
// A process of its own, because what is left may end it.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const { openEmbeddedLedger, createEmbeddedLedger, fsck } = await import(process.argv[2])

const sha256 = (...parts) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
const leafOf = (bytes) => sha256(Buffer.of(0), bytes)

/** RFC 9162, 2.1.1, as it is written there: nothing of the product decides whether its roots are right. */
function rootOf(leaves) {
  if (leaves.length === 0) return sha256()
  if (leaves.length === 1) return leaves[0]
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return sha256(Buffer.of(1), rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)))
}

/** `size` and `root` of a checkpoint's text. */
function checkpointOf(note) {
  const [, size, root] = note.split('\n')
  return { size: Number(size), root }
}

function read(path) {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}

/** What is published stands on tiles that are there, also before anybody repairs anything. */
function checkTiles(directory) {
  const note = read(join(directory, 'tiles', 'checkpoint'))
  if (note === undefined) return []
  const { size, root } = checkpointOf(note.toString())
  const leaves = []
  for (let index = 0; leaves.length < size; index++) {
    const width = Math.min(256, size - 256 * index)
    const path = join(directory, 'tiles', 'tile', '0', String(index).padStart(3, '0'))
    const tile = (width < 256 ? read(join(`${path}.p`, String(width))) : undefined) ?? read(path)
    if (tile === undefined || tile.length < 32 * width) return [`tile 0/${index} of the published ${size} is not there`]
    for (let i = 0; i < width; i++) leaves.push(tile.subarray(32 * i, 32 * i + 32))
  }
  return rootOf(leaves).toString('base64') === root ? [] : [`the tiles give another root than the published ${size}`]
}

async function collect(iterable) {
  const all = []
  for await (const one of iterable) all.push(one)
  return all
}

/** No checkpoint that anybody may have seen is contradicted by what the log says now. */
function checkPublished(leaves, notes, faults) {
  for (const note of notes) {
    const { size, root } = checkpointOf(note)
    if (size > leaves.length) faults.push(`a checkpoint of ${size} was published, ${leaves.length} records are left`)
    else if (rootOf(leaves.slice(0, size)).toString('base64') !== root)
      faults.push(`the published checkpoint of ${size} is contradicted`)
  }
}

function checkBatches(records, faults) {
  const batches = new Map()
  for (const { event } of records) {
    if (event.type !== 'com.example.fault.v1') continue
    const { batch, of } = event.data
    batches.set(batch, { of, count: (batches.get(batch)?.count ?? 0) + 1 })
  }
  for (const [batch, { of, count }] of batches)
    if (of !== count) faults.push(`${count} of the ${of} events of batch ${batch} were kept`)
}

/** The index answers what the records themselves say. */
async function checkIndex(ledger, records, faults) {
  const found = await ledger.positionsOf(records.map(({ event }) => event.id))
  const wrong = records.findIndex(({ position }, i) => found[i] !== position)
  if (wrong >= 0) faults.push(`the index has ${found[wrong]} for the id at position ${wrong}`)
  const heads = new Map(records.map(({ stream, revision, position }) => [stream, { revision, position }]))
  for (const [stream, { revision, position }] of heads) {
    const head = await ledger.streamHead(stream)
    if (head?.revision !== revision || head.position !== position)
      faults.push(`the index has revision ${head?.revision} for ${stream}, the log ${revision}`)
  }
  const known = (await collect(ledger.streams())).length
  if (known !== heads.size) faults.push(`the index knows ${known} streams, the log ${heads.size}`)
}

const draftOf = ({ event }) => ({
  id: event.id,
  type: event.type,
  source: event.source,
  time: event.time,
  data: event.data,
})

/** What was appended before is known; what is new goes behind it. */
async function checkAppending(ledger, records, faults) {
  const known = records.filter(({ event }) => event.type === 'com.example.fault.v1')
  if (known.length > 0) {
    const last = known[known.length - 1]
    const repeated = await ledger.append(last.stream, 'any', [draftOf(last)])
    if (!repeated.replayed || repeated.position !== last.position) faults.push('a repeated event was appended again')
  }
  for (const [stream, revision] of [
    ['lane-0', records.findLast((record) => record.stream === 'lane-0')?.revision ?? 'no-stream'],
    ['after-1', 'any'],
  ]) {
    const events = [0, 1].map((n) => ({ type: 'com.example.after.v1', source: '/after', data: { n } }))
    const { position } = await ledger.append(stream, revision, events)
    await ledger.sealed(position)
  }
  await ledger.heads()
}

async function open(directory, options, mayBeAbsent) {
  try {
    return await openEmbeddedLedger({ directory, ...options })
  } catch (error) {
    // Where creating it was interrupted it can be created.
    if (mayBeAbsent && error.code === 'LEDGER_NOT_FOUND')
      return createEmbeddedLedger({ directory, origin: 'fault.example', ...options })
    throw error
  }
}

/** `{ directory, acknowledged: [position, id][], published: string[], segmentBytes }` -> what does not hold. */
async function check({ directory, acknowledged, published, segmentBytes }) {
  const faults = checkTiles(directory)
  const warnings = []
  const options = { segmentBytes, sealDelayMs: 600_000, onWarning: (warning) => warnings.push(String(warning)) }
  const ledger = await open(directory, options, acknowledged.length === 0 && published.length === 0)
  try {
    const records = await collect(ledger.readAll())
    records.forEach(({ position }, i) => {
      if (position !== BigInt(i)) faults.push(`position ${position} is read where ${i} was expected`)
    })
    const ids = new Map(records.map(({ position, event }) => [event.id, Number(position)]))
    const lost = acknowledged.filter(([position, id]) => ids.get(id) !== position)
    if (lost.length > 0) faults.push(`${lost.length} acknowledged events are lost, the first at ${lost[0][0]}`)
    checkBatches(records, faults)
    checkPublished(
      records.map(({ bytes }) => leafOf(bytes)),
      published,
      faults,
    )
    await checkIndex(ledger, records, faults)
    await checkAppending(ledger, records, faults)
  } finally {
    await ledger.close()
  }
  const { findings } = await fsck({ directory, all: true })
  for (const { code, message } of findings) faults.push(`fsck ${code}: ${message}`)
  faults.push(...checkTiles(directory))
  return { faults, warnings }
}

process.on('message', (message) => {
  check(message).then(
    (answer) => process.send(answer),
    (error) => process.send({ faults: [`${error.code ?? 'no code'}: ${error.stack}`], warnings: [] }),
  )
})
process.on('disconnect', () => process.exit(0))
process.send('ready')
