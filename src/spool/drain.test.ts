import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EventInput } from '../events/index.js'
import { FileArtifactStore, FileVault } from '../stores/files/index.js'
import { createMemoryLedger } from '../stores/memory/index.js'
import { drainSpools, type Finisher } from './drain.js'
import { createSpool } from './spool-writer.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'clyra-drain-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const randomBytes = (length: number) => new Uint8Array(length).fill(3)
const event = (run: string, name: string): EventInput => ({
  id: `01980000-0000-7000-8000-${Buffer.from(run + name)
    .toString('hex')
    .padStart(12, '0')}`,
  source: '/test',
  type: 'com.example.a.v1',
  data: { name },
})

/** A spool of that kind, as its writer leaves it. */
async function spooled(run: string, kind: string, { finished }: { readonly finished: boolean }): Promise<string> {
  const { writer, lock } = await createSpool(join(root, 'spool'), {
    header: {
      format: 'clyra.spool/2',
      kind,
      run,
      subject: `subject-${run}`,
      started: '2026-01-01T00:00:00.000Z',
      directory: root,
      project: root,
      finish: { says: kind },
    },
    subjectKey: new Uint8Array(32).fill(7),
    command: 'a test',
    randomBytes,
  })
  writer.add(`run-${run}`, [event(run, 'a')], [])
  if (finished) writer.finish()
  else writer.flush()
  writer.close()
  await lock.release()
  return writer.directory
}

async function drain(directories: readonly string[], finishers: ReadonlyMap<string, Finisher<object>>) {
  await using ledger = await createMemoryLedger({})
  const target = {
    ledger,
    appender: ledger,
    vault: new FileVault({ directory: join(root, 'vault') }),
    artifacts: new FileArtifactStore(join(root, 'artifacts')),
  }
  const drained = await drainSpools(directories, { target, finishers, command: 'a test', randomBytes })
  const streams: string[] = []
  for await (const { stream, revision } of ledger.streams()) streams.push(`${stream} ${revision}`)
  return { ...drained, streams }
}

describe('draining', () => {
  it('brings in what is finished, whatever its kind, and removes it', async () => {
    const directory = await spooled('r1', 'anything', { finished: true })
    const { runs, waiting, streams } = await drain([directory], new Map())
    expect([runs.length, waiting, streams.includes('run-r1 0')]).toEqual([1, [], true])
    expect(existsSync(directory)).toBe(false)
  })

  it('leaves and names what was not finished where nobody here knows its kind, and goes on with the others', async () => {
    const unknown = await spooled('r1', 'constructor', { finished: false })
    const known = await spooled('r2', 'job', { finished: true })
    const { runs, waiting } = await drain([unknown, known], new Map())
    expect(runs.map(({ run }) => run)).toEqual(['r2'])
    expect(waiting).toEqual([expect.objectContaining({ directory: unknown, code: 'SPOOL_KIND_UNKNOWN' })])
    expect(existsSync(join(unknown, 'events.ndjson'))).toBe(true)
  })

  it('lets the finisher of its kind end what a killed writer began, with what the header keeps for it', async () => {
    const directory = await spooled('r1', 'job', { finished: false })
    const heard: unknown[] = []
    const finisher: Finisher<object> = async ({ spool, resume }) => {
      heard.push(spool.header.finish)
      const writer = resume()
      writer.add('run-r1', [event('r1', 'a'), event('r1', 'end')], [])
      writer.finish()
      writer.close()
      return true
    }
    const { runs, streams } = await drain([directory], new Map([['job', finisher]]))
    expect(heard).toEqual([{ says: 'job' }])
    expect(runs).toEqual([{ run: 'r1', appended: 2, known: 0, skippedErased: 0 }])
    expect(streams).toContain('run-r1 1')
  })

  it('records nothing of what had not begun', async () => {
    const directory = await spooled('r1', 'job', { finished: false })
    const { runs, waiting, streams } = await drain([directory], new Map([['job', async () => false]]))
    expect([runs, waiting, streams.some((one) => one.startsWith('run-'))]).toEqual([[], [], false])
    expect(existsSync(directory)).toBe(false)
  })
})
