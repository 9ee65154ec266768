import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkFlushes } from './check-flushes.js'
import { collectAcknowledged, startWriter } from './writer-process.js'

const missing = spawnSync('strace', ['-V']).error !== undefined
if (missing) process.stderr.write('not run: what an acknowledgement rests on, because strace is not installed\n')

/** kill -9 cannot show a missing flush: the page cache outlives the process. The system calls show it. */
async function trace(settings: { readonly inFlight: number; readonly noFlush: boolean }): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'clyra-flush-'))
  try {
    const output = join(root, 'trace')
    const calls =
      'openat,creat,write,writev,pwrite64,pwritev,pwritev2,fdatasync,fsync,ftruncate,rename,renameat,renameat2,close'
    const wrapper = ['strace', '-f', '-y', '-s', '262144', '-e', `trace=${calls}`, '-o', output]
    const child = startWriter(
      { directory: join(root, '.clyra'), batch: 20, appends: 60, segmentBytes: 60_000, ...settings },
      wrapper,
      { UV_USE_IO_URING: '0' },
    )
    const said = collectAcknowledged(child)
    const errors = await said.ended
    expect(said.all.length, errors).toBeGreaterThan(100)
    return await readFile(output, 'utf8')
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

test.skipIf(missing)(
  'each acknowledgement follows a completed flush of its bytes, and of the directory for a new file',
  async () => {
    for (const inFlight of [1, 5]) {
      const { acknowledgements, flushes, segments, faults } = checkFlushes(await trace({ inFlight, noFlush: false }))
      expect(faults).toEqual([])
      expect(acknowledgements).toBeGreaterThanOrEqual(60)
      expect(flushes).toBeGreaterThan(5)
      expect(segments).toBeGreaterThan(2)
    }
  },
)

test.skipIf(missing)('the same check finds a log that does not flush', async () => {
  const { acknowledgements, faults } = checkFlushes(await trace({ inFlight: 1, noFlush: true }))
  expect(acknowledgements).toBeGreaterThanOrEqual(60)
  expect(faults.length).toBeGreaterThan(30)
})

test('strace is there where it has to be', () => {
  expect(missing && process.env['CI'] === 'true').toBe(false)
})
