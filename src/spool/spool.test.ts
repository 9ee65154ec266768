import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EventInput } from '../events/index.js'
import { readSpoolHeader, SPOOL_FILES, type SpoolHeader } from './spool-header.js'
import { cutTornLine, listSpools, openSpool } from './spool-reader.js'
import { createSpool } from './spool-writer.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'clyra-spool-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const subjectKey = new Uint8Array(32).fill(7)
const randomBytes = (length: number) => new Uint8Array(length).fill(3)
const header = (): SpoolHeader => ({
  format: 'clyra.spool/2',
  kind: 'job',
  run: 'r1',
  subject: 's1',
  started: '2026-01-01T00:00:00.000Z',
  directory: root,
  project: root,
  finish: { log: join(root, 'r1', 'log', 'job.log') },
})
const log = () => join(root, 'r1', 'log', 'job.log')
const event = (id: string): EventInput => ({ id, source: '/test', type: 'com.example.a.v1', data: { id } })
const make = () => createSpool(root, { header: header(), subjectKey, log: 'job.log', command: 'a test', randomBytes })

describe('a spool', () => {
  it('gives back what was flushed, in order and once', async () => {
    const { writer, lock } = await make()
    writer.add('run-r1', [event('a'), event('b'), event('a')], [])
    writer.flush()
    writer.add('run-r1', [event('b'), event('c')], [])
    writer.flush()
    writer.close()
    await lock.release()
    expect([...openSpool(writer.directory).events()].map((one) => one.event.id)).toEqual(['a', 'b', 'c'])
    expect(openSpool(writer.directory).subjectKey()).toEqual(subjectKey)
  })

  it('says of what is added when its lock was taken away that it may reach no ledger', async () => {
    const { writer, lock } = await make()
    writer.add('run-r1', [event('a')], [])
    writer.flush()
    rmSync(join(writer.directory, SPOOL_FILES.lock))
    writer.add('run-r1', [event('b')], [])
    expect(() => writer.flush()).toThrow(expect.objectContaining({ code: 'LEDGER_TAKEN_AWAY' }))
    expect(() => writer.finish()).toThrow(expect.objectContaining({ code: 'LEDGER_TAKEN_AWAY' }))
    writer.close()
    await lock.release()
  })

  it('is readable by its owner alone', async () => {
    const { writer, lock } = await make()
    writer.add('run-r1', [event('a')], [])
    writer.flush()
    for (const name of ['', SPOOL_FILES.events, SPOOL_FILES.subjectKey, SPOOL_FILES.header, 'log/job.log']) {
      expect(statSync(join(writer.directory, name)).mode & 0o077, name).toBe(0)
    }
    writer.close()
    await lock.release()
  })

  it('holds artefacts encrypted, and gives them back whole', async () => {
    const { writer, lock } = await make()
    const { sha256 } = writer.putArtifact(Buffer.from('select secret'))
    expect(readFileSync(join(writer.directory, SPOOL_FILES.artifacts, sha256)).includes('secret')).toBe(false)
    const [found] = [...openSpool(writer.directory).artifacts()]
    expect(Buffer.from(found?.read() ?? []).toString()).toBe('select secret')
    writer.close()
    await lock.release()
  })

  it('deletes the raw log once it is finished', async () => {
    const { writer, lock } = await make()
    appendFileSync(log(), 'select secret\n')
    writer.finish()
    writer.close()
    await lock.release()
    expect(existsSync(log())).toBe(false)
    expect(openSpool(writer.directory).finished).toBe(true)
  })

  it('loses only the line that a crash cut off, and can be gone on with', async () => {
    const { writer, lock } = await make()
    writer.add('run-r1', [event('a')], [])
    writer.flush()
    writer.close()
    await lock.release()
    const path = join(writer.directory, SPOOL_FILES.events)
    appendFileSync(path, '{"stream":"run-r1","event":{"id":"b"')
    expect([...openSpool(writer.directory).events()]).toHaveLength(1)
    cutTornLine(path)
    expect(readFileSync(path, 'utf8').endsWith('}\n')).toBe(true)
  })

  it('that is damaged inside is named by file and line, and left', async () => {
    const { writer, lock } = await make()
    writer.close()
    await lock.release()
    writeFileSync(join(writer.directory, SPOOL_FILES.events), '{}\nnonsense\n')
    expect(() => [...openSpool(writer.directory).events()]).toThrow(/events\.ndjson is damaged in line 1/)
    writeFileSync(join(writer.directory, SPOOL_FILES.header), '{"format":"clyra.spool/9"}')
    expect(() => openSpool(writer.directory)).toThrow(/newer release/)
    expect(listSpools(root)).toEqual([writer.directory])
  })

  it('of the release before is read as a spool of dbt, with all that its finisher needs', () => {
    const directory = join(root, 'r0')
    mkdirSync(directory)
    const { run, subject, started } = header()
    const dbt = { project: '/p', target: '/p/target', log: '/p/dbt.log', otel: '/p/otel', ownLog: false, logStart: 7 }
    const old = { format: 'clyra.spool/1', run, subject, started, directory: '/from', demonstration: false, dbt }
    writeFileSync(join(directory, SPOOL_FILES.header), JSON.stringify({ ...old, fingerprints: 'vault' }))
    expect(readSpoolHeader(directory)).toEqual({
      ...header(),
      kind: 'dbt',
      directory: '/from',
      project: '/p',
      finish: {
        demonstration: false,
        fingerprints: 'vault',
        target: '/p/target',
        log: '/p/dbt.log',
        otel: '/p/otel',
        logStart: 7,
      },
    })
    writeFileSync(join(directory, SPOOL_FILES.header), JSON.stringify(old))
    expect(() => readSpoolHeader(directory)).toThrow(expect.objectContaining({ code: 'SPOOL_CORRUPT' }))
  })
})
