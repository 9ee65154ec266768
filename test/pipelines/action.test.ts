/** The GitHub action, its step run as GitHub runs it. */
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildGo } from '../../scripts/build-go.mjs'
import { singleFileVerifier } from '../../scripts/single-file-verifier.mjs'
import { discard, PROJECT, sandbox } from '../cli/clyra.js'
import { clyraHere, clyraJsonHere } from '../cli/in-process.js'
import { requireService } from '../services/index.js'
import { hostileBundle } from '../verifier-page/bundles.js'
import { readAction, runAction } from './as-github.js'

const ACTION = join(PROJECT, '.github', 'actions', 'verify-bundle')
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')

describe('the action verify-bundle', () => {
  let folder = ''
  let vkey = ''
  let verifier = ''
  const place = (name: string) => join(folder, 'project', name)
  const run = (given: Readonly<Record<string, string>>) =>
    runAction(
      ACTION,
      {
        bundle: '.demo/good.def.zip',
        key: vkey,
        verifier: 'clyra-verify.mjs',
        'verifier-sha256': sha256(verifier),
        ...given,
      },
      place('.'),
    )

  beforeAll(async () => {
    folder = sandbox()
    expect(await clyraHere(folder, ['demo', 'data'])).toMatchObject({ status: 0 })
    vkey = ((await clyraJsonHere(folder, ['keys', '--ledger', '.demo'])) as { vkey: string }).vkey
    verifier = await singleFileVerifier()
    writeFileSync(place('clyra-verify.mjs'), verifier)
  })
  afterAll(() => discard(folder))

  it('passes for VALID alone, with verdict, code, digest and a table of the checks', () => {
    const ended = run({})
    const digest = sha256(readFileSync(place('.demo/good.def.zip')))
    expect(ended).toMatchObject({ status: 0, outputs: { verdict: 'VALID', code: 'OK', digest } })
    expect(ended.summary).toContain('## Clyra: VALID')
    expect(ended.summary).toMatch(/^\| multiproof \| ✓ passed \|/m)
    expect(ended.summary).toMatch(/^\| report \| – not run \|/m)
  })

  it('fails for every other verdict, and says which', () => {
    const other = 'vectors.clyra.internal+f7c483ab+ATFWw6qulA6VnBOmPTZpw1TqrL+/cFRj56YKVZpgWMVK'
    const bytes = readFileSync(place('.demo/good.def.zip'))
    bytes.writeUInt8(bytes.readUInt8(3000) ^ 1, 3000)
    writeFileSync(place('changed.def.zip'), bytes)
    const verdicts = [{ key: other }, { floor: '1000000' }, { bundle: 'changed.def.zip' }, { run: 'another' }].map(
      (given) => {
        const { status, outputs, summary } = run(given)
        expect(summary).toContain(`## Clyra: ${outputs['verdict']}`)
        return `${status} ${outputs['verdict']} ${outputs['code']}`
      },
    )
    expect(verdicts).toEqual([
      '1 UNTRUSTED NO_TRUSTED_KEY',
      '1 STALE SIZE_TOO_SMALL',
      expect.stringMatching(/^1 INVALID /),
      '1 INVALID OTHER_RUN',
    ])
  })

  it('takes a log, several keys, and an age', async () => {
    expect((await clyraHere(folder, ['export', 'tiles', 'tiles', '--ledger', '.demo'])).status).toBe(0)
    const other = 'vectors.clyra.internal+f7c483ab+ATFWw6qulA6VnBOmPTZpw1TqrL+/cFRj56YKVZpgWMVK'
    expect(run({ bundle: 'tiles', key: `${other}\n${vkey}`, 'max-age': '864000' })).toMatchObject({
      status: 0,
      outputs: { verdict: 'VALID', digest: '' },
    })
  })

  it('gives no verdict, and no output, without a key, a verifier of that digest, or a file to verify', () => {
    for (const given of [
      { key: ' ' },
      { 'verifier-sha256': '0'.repeat(64) },
      { bundle: 'nowhere.zip' },
      { floor: 'many' },
      { key: 'x' },
    ]) {
      const ended = run(given)
      expect(ended).toMatchObject({ status: 2, summary: '', outputs: { verdict: '', code: '', digest: '' } })
      expect(ended.said).toMatch(/^::error::.+\n$/)
    }
  })

  it('trusts no key of the machine, and reads no input as a command or an option', () => {
    const evil = place('evil')
    for (const given of [
      { run: `x"; touch ${evil}; "` },
      { floor: `$(touch ${evil})` },
      { bundle: '--help' },
      { bundle: `.demo/good.def.zip; touch ${evil}` },
      { key: `${vkey}\n::set-output name=verdict::VALID` },
    ])
      expect(run(given).status).not.toBe(0)
    expect(() => readFileSync(evil)).toThrow()
  })

  it('asks the second verifier too, and refuses what they do not agree on', () => {
    const script = (name: string, line: string) => {
      writeFileSync(place(name), `#!/bin/sh\n${line}\n`)
      chmodSync(place(name), 0o755)
      return name
    }
    copyFileSync(place('clyra-verify.mjs'), place('second.mjs'))
    const same = script('same', `exec '${process.execPath}' second.mjs "$@"`)
    expect(run({ 'go-verifier': same })).toMatchObject({
      status: 0,
      summary: expect.stringContaining('TypeScript, Go'),
    })
    expect(run({ 'go-verifier': same, 'go-verifier-sha256': sha256('another') })).toMatchObject({ status: 2 })
    const result = JSON.stringify({ verdict: 'INVALID', code: 'PROOF_ROOT', checks: [], warnings: [], run: null })
    for (const [name, line, why] of [
      [
        'other',
        `echo '${result}'; exit 1`,
        'the verifiers disagree: TypeScript says VALID (OK), Go says INVALID (PROOF_ROOT)',
      ],
      ['crashes', 'exit 70', 'the verifier in Go gave no verdict'],
      ['lies', `echo '${result}'; exit 0`, 'a verdict and an exit status that differ'],
      ['silent', 'exit 0', 'the verifier in Go gave no result'],
    ] as const) {
      const ended = run({ 'go-verifier': script(name, line) })
      expect(ended).toMatchObject({ status: 2, outputs: { verdict: '' } })
      expect(ended.said).toContain(why)
    }
  })

  it.runIf(requireService('go'))(
    'passes where the verifier in Go says the same, and has its word for a bad bundle',
    async () => {
      const target = { os: 'linux', arch: process.arch === 'arm64' ? 'arm64' : 'amd64' } as const
      const [go = ''] = buildGo({ folder: place('.'), target, commands: ['clyra-verify'] })
      const both = { 'go-verifier': go, 'go-verifier-sha256': sha256(readFileSync(go)) }
      expect(run({ ...both, floor: '1', 'max-age': '864000' })).toMatchObject({
        status: 0,
        outputs: { verdict: 'VALID' },
      })
      expect(run({ ...both, run: 'another' })).toMatchObject({
        status: 1,
        outputs: { verdict: 'INVALID', code: 'OTHER_RUN' },
      })
      expect((await clyraHere(folder, ['export', 'tiles', 'log', '--ledger', '.demo'])).status).toBe(0)
      expect(run({ ...both, bundle: 'log' })).toMatchObject({
        status: 0,
        summary: expect.stringContaining('TypeScript, Go'),
      })
    },
  )

  it('lets no text of the evidence become markup of the summary', () => {
    const { bytes, vkey: key } = hostileBundle('http://127.0.0.1:9')
    writeFileSync(place('hostile.def.zip'), bytes)
    const { summary } = run({ bundle: 'hostile.def.zip', key })
    expect(summary).not.toMatch(/<|\]\(|!\[/)
    const rows = summary.split('\n').filter((line) => line.startsWith('|'))
    for (const row of rows) expect(row.split('|')).toHaveLength(5)
  })

  it('names every input and output in docs/ci.md', () => {
    const page = readFileSync(join(PROJECT, 'docs', 'ci.md'), 'utf8')
    const { inputs, outputs } = readAction(ACTION)
    for (const name of [...Object.keys(inputs), ...Object.keys(outputs)]) expect(page).toContain(`\`${name}\``)
  })
})
