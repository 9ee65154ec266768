import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { discard, leaveRun, sandbox } from './clyra.js'
import { clyraHere, clyraJsonHere } from './in-process.js'

let folder: string
beforeEach(async () => {
  folder = sandbox()
  expect((await clyraHere(folder, ['init'])).status).toBe(0)
})
afterEach(() => discard(folder))

const at = (name: string) => join(folder, 'project', name)
const text = (name: string) => readFileSync(at(name), 'utf8')
const ingest = async (recording: string) => {
  leaveRun(folder, recording)
  const log = ['--log', join('logs', 'dbt.log')]
  return ((await clyraJsonHere(folder, ['ingest', 'dbt', 'target', ...log])) as { run: string }).run
}

describe('clyra report', () => {
  it('writes the page that the run’s bundle holds, and says in a line what happened', async () => {
    const run = await ingest('failing')
    const said = await clyraHere(folder, ['report', '--last'])
    expect({ status: said.status, stderr: said.stderr }).toEqual({ status: 0, stderr: '' })
    expect(said.stdout).toContain(at(`${run}.report.html`))
    expect(said.stdout).toMatch(/FAILED: 1 of 16 steps failed, 6 skipped, no warning, no finding; warehouse NOT asked/)
    await clyraHere(folder, ['bundle', '--last', '-o', 'b.zip'])
    expect(readFileSync(at('b.zip')).includes(readFileSync(at(`${run}.report.html`)))).toBe(true)
  })

  it('takes a run by the beginning of its id, and says what is wrong with one that fits several or none', async () => {
    const runs = [await ingest('good'), await ingest('failing')]
    expect(await clyraJsonHere(folder, ['report', runs[1]!.slice(0, 4), '-o', 'r.html'])).toMatchObject({
      run: runs[1],
    })
    for (const [given, why] of [
      ['1', '2 runs begin with "1"'],
      ['0', 'the ledger has no run "0"'],
    ] as const) {
      const refused = await clyraHere(folder, ['report', given])
      expect({ status: refused.status, said: refused.stderr.includes(why) }).toEqual({ status: 1, said: true })
    }
  })

  it('shows sealed values only where it is asked to, in a file for their owner alone', async () => {
    await ingest('failing')
    await clyraHere(folder, ['report', '--last', '-o', 'closed.html'])
    const opened = (await clyraJsonHere(folder, ['report', '--last', '--open', '-o', 'open.html'])) as {
      sha256: string
    }
    const secret = 'Got 1 result, configured to fail if != 0'
    expect([text('closed.html').includes(secret), text('open.html').includes(secret)]).toEqual([false, true])
    expect(opened).toMatchObject({ opened: true, browser: false, verdict: null })
    expect(opened.sha256).toBe(createHash('sha256').update(text('open.html')).digest('hex'))
    expect(statSync(at('open.html')).mode & 0o777).toBe(0o600)
    await clyraHere(folder, ['bundle', '--last', '--open', '-o', 'open.zip'])
    expect(readFileSync(at('open.zip')).includes(readFileSync(at('open.html')))).toBe(true)
  })

  it('of a bundle is made from its records and says how far to trust it', async () => {
    const run = await ingest('failing')
    await clyraHere(folder, ['bundle', '--last', '-o', 'b.zip'])
    await clyraHere(folder, ['report', run, '-o', 'own.html'])
    const untrusted = await clyraHere(folder, ['report', 'b.zip', '-o', 'theirs.html'])
    expect(untrusted.stderr).toMatch(/^clyra: the bundle is UNTRUSTED \(NO_TRUSTED_KEY\)/)
    expect(text('theirs.html')).toBe(text('own.html'))
    const { vkey } = (await clyraJsonHere(folder, ['keys'])) as { vkey: string }
    await clyraHere(folder, ['trust', 'add', vkey])
    expect(await clyraJsonHere(folder, ['report', 'b.zip', '-o', 'again.html'])).toMatchObject({
      run,
      verdict: 'VALID',
    })
    expect((await clyraHere(folder, ['report', 'b.zip', '--open'])).stderr).toContain('shows no sealed values')
  })

  it('of a changed bundle shows nothing', async () => {
    await ingest('good')
    await clyraHere(folder, ['bundle', '--last', '-o', 'b.zip'])
    const bytes = readFileSync(at('b.zip'))
    const place = bytes.indexOf('"dev.clyra.dbt.')
    bytes[place] = bytes[place]! ^ 1
    writeFileSync(at('b.zip'), bytes)
    const refused = await clyraHere(folder, ['report', 'b.zip', '-o', 'r.html'])
    expect({ status: refused.status, said: refused.stderr.split('\n')[0] }).toMatchObject({
      status: 1,
      said: expect.stringMatching(/it is INVALID \([A-Z_]+\) \(EVIDENCE_REFUSED\)$/),
    })
    expect(statSync(at('r.html'), { throwIfNoEntry: false })).toBeUndefined()
  })

  it('opens a browser where there is a screen, and says so where there is none', async () => {
    await ingest('good')
    const none = await clyraHere(folder, ['report', '--last', '--browser'], {
      env: { DISPLAY: '', WAYLAND_DISPLAY: '' },
    })
    expect({ status: none.status, said: none.stderr }).toEqual({
      status: 0,
      said: 'clyra: no browser can be opened here; the file is there\n',
    })
    mkdirSync(at('bin'))
    writeFileSync(at('bin/xdg-open'), `#!/bin/sh\nprintf %s "$1" > ${at('opened')}\n`, { mode: 0o755 })
    const shown = await clyraJsonHere(folder, ['report', '--last', '--browser'], {
      env: { DISPLAY: ':9', PATH: `${at('bin')}:${process.env['PATH']}` },
    })
    expect(shown).toMatchObject({ browser: true })
  })

  it.each(['daily', 'digest'])('keeps the word %s for a report to come', async (word) => {
    const refused = await clyraHere(folder, ['report', word])
    expect({ status: refused.status, said: refused.stderr }).toMatchObject({
      status: 2,
      said: expect.stringMatching(new RegExp(`^clyra: "${word}" is kept for a report that is still to come`)),
    })
  })
})

describe('clyra runs', () => {
  it('fits 80 columns and has the command, the outcome and the gravest findings', async () => {
    await ingest('good')
    await ingest('failing')
    const listed = (await clyraHere(folder, ['runs'])).stdout.trimEnd().split('\n')
    expect(Math.max(...listed.map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(listed[0]).toMatch(/^RUN +STARTED \(UTC\) +COMMAND +OUTCOME +RECORD +FINDINGS$/)
    expect(listed[1]).toMatch(/ build +failed +complete +-$/)
    expect(listed[2]).toMatch(/ build +succeeded +complete +1 high$/)
  })
})
