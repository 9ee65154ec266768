// Measures and writes docs/performance.md. Started by main.mjs, which installs and builds first.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { machine } from './machine.mjs'
import { measureAppend } from './measure-append.mjs'
import { measureOpen, measureReplay, measureVerify } from './measure-reading.mjs'
import { measureWrapper } from './measure-wrapper.mjs'
import { page } from './page.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    /** Less of everything, to see that it runs; writes nothing. */
    quick: { type: 'boolean', default: false },
  },
})
const rounds = values.quick ? 1 : Number(values.rounds)
const scale = values.quick ? 10 : 1

const SHAPES = [
  { input: 'objects', batch: 1, count: 1_000 },
  { input: 'objects', batch: 100, count: 20_000 },
  { input: 'objects', batch: 1_000, count: 50_000 },
  { input: 'bytes', batch: 1_000, count: 50_000 },
].map((shape) => ({ ...shape, count: Math.max(shape.batch, shape.count / scale) }))

// Beside the code and not in the system's temporary folder, which may be memory: an fsync must cost what it costs.
const directory = join(root, '.cache', `bench-${process.pid}`)
const progress = (text) => process.stderr.write(`${text}\n`)

mkdirSync(directory, { recursive: true })
try {
  const begun = performance.now()
  const about = machine(directory)
  const appends = []
  for (const shape of SHAPES) appends.push(await measureAppend(shape, { directory, rounds, progress }))
  const largest = appends.at(-1)
  progress('open')
  const open = await measureOpen(largest.ledger, rounds)
  progress('replay')
  const replay = await measureReplay(
    largest.ledger,
    Math.min(rounds, 3),
    Math.min(100_000, rounds * largest.shape.count),
  )
  progress('verify')
  const verify = await measureVerify(directory, rounds, 10_000 / scale)
  progress('wrapper')
  const wrapper = measureWrapper(directory, rounds)
  const seconds = (performance.now() - begun) / 1000
  const text = page({
    machine: about,
    command: 'npm run bench',
    rounds,
    seconds,
    appends,
    open,
    replay,
    verify,
    wrapper,
  })
  if (!values.quick) writeFileSync(join(root, 'docs', 'performance.md'), text)
  process.stdout.write(text)
} finally {
  rmSync(directory, { recursive: true, force: true })
}
