/** The steps of docs/verifying.md for whoever has jq, coreutils and OpenSSL alone, run word by word. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { discard, PROJECT, sandbox } from '../cli/clyra.js'
import { clyraHere, clyraJsonHere } from '../cli/in-process.js'
import { sampled } from '../faults/sampled.js'
import { requireService } from '../services/index.js'

const VECTORS = join(PROJECT, 'spec', 'bundle', 'test-vectors')
const page = readFileSync(join(PROJECT, 'docs', 'verifying.md'), 'utf8')
const steps = new Map(
  [...page.matchAll(/^<!-- step: ([a-z-]+) -->\n```sh\n([\s\S]*?)^```$/gm)].map((match) => [
    match[1] ?? '',
    match[2] ?? '',
  ]),
)
/** As the page tells them; the block about the checkpoint stands in a section of its own before the others. */
const ORDER = ['unpack', 'documents', 'files', 'checkpoint', 'same-log', 'inclusion', 'chain', 'heads', 'signature']

interface Vector {
  readonly name: string
  readonly path: string
  readonly options: { readonly trust?: readonly { readonly vkey: string }[] }
}
const vectors = new Map(
  (JSON.parse(readFileSync(join(VECTORS, 'index.json'), 'utf8')) as { vectors: Vector[] }).vectors.map((one) => [
    one.name,
    one,
  ]),
)

/** Golden vectors that deceive, and where an auditor meets it. */
const TAMPERED = {
  'negative/zip-duplicate': 'unpack',
  'negative/document-duplicate': 'documents',
  'negative/document-not-canonical': 'documents',
  'negative/json-duplicate-escaped': 'documents',
  'forged/file-digest': 'files',
  'forged/file-extra': 'files',
  'truncated/file-listed-missing': 'files',
  'forged/signature-flipped': 'checkpoint',
  'forged/checkpoint-other-origin': 'checkpoint',
  'forged/checkpoint-newer': 'same-log',
  'forged/manifest-root': 'same-log',
  'forged/proof-size': 'same-log',
  'forged/record-changed': 'inclusion',
  'forged/records-exchanged': 'inclusion',
  'forged/proof-index-off-by-one': 'inclusion',
  'forged/duplicated-last-node': 'inclusion',
  'negative/proof-hash-more': 'inclusion',
  'truncated/proof-hash-missing': 'inclusion',
  'negative/proof-twice': 'inclusion',
  'forged/link-elsewhere': 'chain',
  'forged/start-of-another-ledger': 'chain',
  'forged/revision-gap': 'chain',
  'forged/revision-twice': 'chain',
  'forged/unclaimed-stream': 'chain',
  'truncated/claim-missing': 'chain',
  'negative/claim-unexpected': 'chain',
  'truncated/link-left-out': 'chain',
  'truncated/link-absent-left-out': 'chain',
  'negative/link-late-claimed': 'chain',
  'negative/link-of-link-claimed': 'chain',
  'forged/other-run-named': 'chain',
  'forged/absence-by-own-leaf': 'heads',
  'forged/heads-padded-root': 'heads',
  'forged/presence-with-neighbour': 'heads',
  'forged/heads-size': 'heads',
  'forged/heads-start': 'heads',
  'truncated/heads-path-missing': 'heads',
  'forged/manifest-changed': 'signature',
  'forged/statement-two-subjects': 'signature',
  'forged/statement-run': 'signature',
  'forged/dsse-payload-type': 'signature',
  'forged/dsse-key-id-swapped': 'signature',
  'forged/dsse-stranger': 'signature',
  'forged/dsse-revoked-key': 'signature',
  'forged/dsse-compromised-key': 'signature',
  'forged/dsse-wrong-purpose': 'signature',
  'forged/dsse-ledger-key': 'signature',
  'forged/ledger-key-revoked': 'signature',
  'forged/ecdsa-other-key': 'signature',
  'forged/ecdsa-by-ed25519': 'signature',
  'forged/rsa-salt-31': 'signature',
} as const

/** Golden vectors that an auditor takes. */
const HONEST = [
  'honest',
  'killed-run',
  'embedded-artifact',
  'opening',
  'dsse-stranger-beside',
  'offline-roots',
  'links',
  'link-after-close',
  'link-of-open-run',
  'pef-agent',
  'ecdsa',
  'rsa-3072',
  'three-algorithms',
]

const needed = (['openssl', 'jq', 'unzip'] as const).map(requireService).every(Boolean)

describe.runIf(needed)('the steps for an auditor with jq, coreutils and OpenSSL', () => {
  let folder = ''
  let vkey = ''

  /** The first step that does not hold, with what it said; `none` where all hold. */
  const fails = (bundle: string, key: string): string => {
    const place = mkdtempSync(join(tmpdir(), 'clyra-auditor-'))
    try {
      copyFileSync(bundle, join(place, 'run.def.zip'))
      writeFileSync(join(place, 'ledger.vkey'), `${key}\n`)
      for (const name of ORDER) {
        writeFileSync(join(place, 'step.sh'), steps.get(name) ?? 'exit 99')
        const ended = spawnSync('sh', ['step.sh'], {
          cwd: place,
          encoding: 'utf8',
          input: '',
          env: { PATH: process.env['PATH'] },
        })
        if (ended.status !== 0) return `${name} ${ended.status} ${ended.stdout}${ended.stderr}`
      }
      return 'none'
    } finally {
      spawnSync('rm', ['-rf', place])
    }
  }
  const stepOf = (bundle: string, key: string) => fails(bundle, key).split(' ')[0]
  const failsAt = (name: string) => {
    const { path, options } = vectors.get(name)!
    return fails(join(VECTORS, path), options.trust?.[0]?.vkey ?? '')
  }

  beforeAll(async () => {
    folder = sandbox()
    expect(await clyraHere(folder, ['demo', 'data'])).toMatchObject({ status: 0 })
    vkey = ((await clyraJsonHere(folder, ['keys', '--ledger', '.demo'])) as { vkey: string }).vkey
  })
  afterAll(() => discard(folder))

  it('are all on the page, and no other', () => {
    expect([...steps.keys()].sort()).toEqual([...ORDER].sort())
  })

  it('hold for the bundles that the program makes, of a good and of a failed run', () => {
    for (const name of ['good', 'failing'])
      expect(fails(join(folder, 'project', '.demo', `${name}.def.zip`), vkey)).toBe('none')
  })

  it('hold for honest vectors of many kinds', () => {
    for (const name of sampled(HONEST, 3)) expect(`${name}: ${failsAt(`valid/${name}`)}`).toBe(`${name}: none`)
  })

  it('refuse another key, at the checkpoint', () => {
    const other = 'vectors.clyra.internal+f7c483ab+ATFWw6qulA6VnBOmPTZpw1TqrL+/cFRj56YKVZpgWMVK'
    expect(stepOf(join(folder, 'project', '.demo', 'good.def.zip'), other)).toBe('checkpoint')
  })

  it.each(sampled(Object.entries(TAMPERED), 2))('refuse %s at the step %s', (name, step) => {
    expect(failsAt(name).split(' ')[0]).toBe(step)
  })
})
