import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { canonicalBytes, fromBase64 } from '../../src/canonical/index.js'
import { readKeyFile, sha256Hex, signerOf } from '../../src/crypto/index.js'
import { dsseEnvelope, IN_TOTO_PAYLOAD_TYPE, zip } from '../../src/evidence/index.js'
import { readArchive } from '../../verifier/ts/src/archive.js'
import { bundle as bundleOf } from '../../verifier/ts/test/bundle-maker.js'
import { keyObject, signatureLine, testKey } from '../../verifier/ts/test/ledger-maker.js'
import { RUN, sampleLedger } from '../../verifier/ts/test/sample-ledger.js'
import { discard, filesUnder, leaveRun, sandbox } from '../cli/clyra.js'
import { clyraHere, clyraJsonHere } from '../cli/in-process.js'
import { type FaultRow, reportFaults } from '../faults/report.js'

/** What a thief of an evidence key can still hand out, and who finds him out. */

const rows: FaultRow[] = []
const held = (fault: string, where: string, rule: string, mutation: string) =>
  rows.push({ fault, where, cases: 1, survived: 1, rule, mutation })
afterAll(() => reportFaults('attacks-verdicts', rows))

let folder: string
const at = (name: string) => join(folder, 'project', name)
interface Result {
  readonly verdict: string
  readonly code: string
  readonly checks: readonly { readonly name: string; readonly result: string }[]
}
const verify = async (...args: string[]) => (await clyraJsonHere(folder, ['verify', ...args])) as Result // the command's document

beforeEach(async () => {
  folder = sandbox()
  expect((await clyraHere(folder, ['init'])).status).toBe(0)
  leaveRun(folder, 'good')
  expect((await clyraHere(folder, ['ingest', 'dbt', 'target'])).status).toBe(0)
  expect((await clyraHere(folder, ['bundle', '--last', '-o', 'old.zip'])).status).toBe(0)
})
afterEach(() => discard(folder))

interface Keys {
  readonly vkey: string
  readonly keys: readonly { readonly id: string; readonly purpose: string }[]
}
const keys = async () => (await clyraJsonHere(folder, ['keys'])) as Keys // the command's document

function stolenKey() {
  const name = readdirSync(at('.clyra/keys')).find((file) => file.startsWith('evidence-'))!
  return signerOf('ed25519', readKeyFile(at(`.clyra/keys/${name}`)).seed)
}

/** The bundle with another report, listed and signed as if it were its own. */
async function withFalseReport(archive: Uint8Array): Promise<Uint8Array> {
  const files = new Map(readArchive(archive))
  const report = Buffer.from(files.get('report.html')!).toString('utf8')
  const falsified = Buffer.from(report.replace('</main>', '<p>Nothing failed.</p></main>').replace('<body', '<body '))
  expect(falsified.toString()).not.toBe(report)
  const manifest = json(files.get('manifest.json')!) as { files: { path: string; size: string; sha256: string }[] }
  const entry = manifest.files.find(({ path }) => path === 'report.html')!
  Object.assign(entry, { size: String(falsified.length), sha256: sha256Hex(falsified) })
  const manifestBytes = canonicalBytes(manifest)
  const envelope = json(files.get('manifest.dsse.json')!) as { payload: string }
  const statement = json(fromBase64(envelope.payload)) as { subject: { digest: { sha256: string } }[] }
  statement.subject[0]!.digest.sha256 = sha256Hex(manifestBytes)
  files.set('report.html', falsified).set('manifest.json', manifestBytes)
  files.set('manifest.dsse.json', await dsseEnvelope(IN_TOTO_PAYLOAD_TYPE, canonicalBytes(statement), [stolenKey()]))
  return zip(files)
}
const json = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString('utf8'))

describe('what a desktop leaves in every folder', () => {
  it('is no damage, in a ledger and in what is exported of it, and is named', async () => {
    expect((await clyraHere(folder, ['export', 'tiles', 'tiles'])).status).toBe(0)
    const published = filesUnder(at('.clyra')).find((path) => path.endsWith('/checkpoint'))!
    for (const tree of [dirname(published), at('tiles')]) {
      for (const place of ['.DS_Store', 'tile/.DS_Store', 'tile/0/._000', 'tile/Thumbs.db'])
        writeFileSync(join(tree, place), 'litter')
    }
    expect(await verify('tiles', '--own')).toMatchObject({ verdict: 'VALID', warnings: [{ code: 'FILES_IGNORED' }] })
    const checked = await clyraHere(folder, ['fsck', '--all'])
    expect({ status: checked.status, named: checked.stdout.includes('tile/.DS_Store') }).toEqual({
      status: 0,
      named: true,
    })
    held(
      'litter of desktops among the tiles',
      'verify, fsck --all',
      'no false alarm; named',
      'every file that is no tile is a finding',
    )
  })
})

describe('a small bundle that means work', () => {
  it('is refused at once: keys that are stated again and again, and keys that a signature line cannot tell apart', async () => {
    const [first, twin] = [testKey('twin 8784'), testKey('twin 13040')]
    const object = (key: typeof first) => keyObject(key, 'ledger')
    const ledger = sampleLedger(undefined, {
      seed: 'twin 8784',
      genesis: (draft) => ({
        ...draft,
        data: { ...Object(draft.data), keys: [...Array(270).fill(object(first)), object(twin)] },
      }),
    })
    const line = signatureLine(ledger.origin, twin, ledger.checkpointText())
    const note = Buffer.from(`${ledger.checkpointText()}\n${line.repeat(1000)}`)
    for (const [name, checkpoint] of [
      ['one.zip', undefined],
      ['many.zip', note],
    ] as const) {
      writeFileSync(at(name), bundleOf(ledger, RUN, checkpoint === undefined ? {} : { checkpoint: () => checkpoint }))
      const began = performance.now()
      expect(await verify(name, '--key', ledger.vkey)).toMatchObject({
        verdict: 'INVALID',
        code: 'RECORD_DATA_INVALID',
      })
      expect(performance.now() - began).toBeLessThan(60_000)
    }
    held(
      'a genesis record of 271 keys, two of one key hash, and 1,000 signature lines',
      'verify',
      'refused in the time that its bytes warrant',
      'the number of ledger keys has no limit',
    )
  })
})

describe('a stolen evidence key', () => {
  it('makes nothing VALID for whoever asks the ledger, a newer bundle, or holds a newer checkpoint', async () => {
    const stolen = (await keys()).keys.find(({ purpose }) => purpose === 'evidence')!.id
    expect(await verify('old.zip', '--own')).toMatchObject({ verdict: 'VALID' })
    expect((await clyraHere(folder, ['keys', 'rotate'])).status).toBe(0)
    expect((await clyraHere(folder, ['keys', 'revoke', stolen, '--reason', 'compromised'])).status).toBe(0)
    expect(await verify('old.zip', '--own')).toMatchObject({ verdict: 'INVALID', code: 'KEY_COMPROMISED' })

    expect((await clyraHere(folder, ['export', 'tiles', 'tiles'])).status).toBe(0)
    const newer = ['--key', (await keys()).vkey, '--checkpoint', 'tiles/checkpoint']
    expect(await verify('old.zip', ...newer)).toMatchObject({ verdict: 'STALE', code: 'KEYS_MAY_HAVE_CHANGED' })
    expect((await clyraHere(folder, ['bundle', '--last', '-o', 'new.zip'])).status).toBe(0)
    expect(await verify('old.zip', ...newer, '--keys', 'new.zip')).toMatchObject({ code: 'KEY_COMPROMISED' })
    expect(await verify('new.zip', ...newer, '--keys', 'new.zip')).toMatchObject({ verdict: 'VALID' })
    // A receiver who knows nothing newer is told by nobody.
    expect(await verify('old.zip', '--key', (await keys()).vkey)).toMatchObject({ verdict: 'VALID' })
    expect(await clyraHere(folder, ['verify', 'tiles', '--keys', 'new.zip'])).toMatchObject({ status: 2 })
    held(
      'an evidence key is stolen, and revoked as compromised',
      'verify --own, --checkpoint, --keys',
      'a manifest over older records is not VALID',
      'later key records are not folded',
    )
  })

  it('signs a false report, which every result says was not compared, and the ledger finds out', async () => {
    writeFileSync(at('false.zip'), await withFalseReport(readFileSync(at('old.zip'))))
    const result = await verify('false.zip', '--own')
    expect(result.checks.find(({ name }) => name === 'report')).toMatchObject({ result: 'not-run' })
    expect((await clyraHere(folder, ['verify', 'false.zip', '--own'])).stdout).toContain(
      'signed, not compared with the records',
    )
    const replayed = await clyraHere(folder, ['replay', '--bundle', 'false.zip'])
    expect(replayed.stdout).toMatch(/^DIFFERENT: report\.html differs from byte \d+ on/)
    expect(replayed.status).toBe(1)
    expect((await clyraHere(folder, ['replay', '--bundle', 'old.zip'])).status).toBe(0)
    held(
      'a false report.html signed by the evidence key',
      'verify, replay --bundle',
      'said to be unchecked; named where the ledger is at hand',
      'the report is not rendered again',
    )
  })
})
