import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hex } from '../src/bytes.js'
import { runCli } from '../src/cli-main.js'
import { sha256 } from '../src/sha256.js'
import { bundle, evidenceKey } from './bundle-maker.js'
import { testKey } from './ledger-maker.js'
import { ARTIFACT, closed, RUN, sampleLedger, started } from './sample-ledger.js'

describe('clyra-verify', () => {
  const ledger = sampleLedger()
  let directory = ''
  let zip = ''

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'clyra-verify-'))
    zip = join(directory, 'run.def.zip')
    await writeFile(zip, bundle(ledger, RUN))
    await writeFile(join(directory, 'keys'), `# the ledger\n\n${ledger.vkey} ${hex(ledger.genesis)} # pinned\n`)
    for (const [path, bytes] of ledger.tiles()) {
      await mkdir(dirname(join(directory, 'tiles', path)), { recursive: true })
      await writeFile(join(directory, 'tiles', path), bytes)
    }
    await mkdir(join(directory, 'artifacts'))
    await writeFile(join(directory, 'artifacts', hex(sha256(ARTIFACT))), ARTIFACT)
  })
  afterAll(() => rm(directory, { recursive: true }))

  async function run(...args: string[]) {
    let [out, err] = ['', '']
    // An empty HOME of configuration, so that the person who runs the tests pins nothing by accident.
    const status = await runCli(
      args,
      { XDG_CONFIG_HOME: directory },
      {
        paint: undefined,
        end: async () => undefined,
        out: (text) => {
          out += text
        },
        err: (text) => {
          err += text
        },
      },
    )
    return { status, out, err }
  }

  it('exits 0 on VALID and shows verdict, run and every check', async () => {
    const { status, out } = await run(zip, '--key', ledger.vkey)
    expect(status).toBe(0)
    expect(out).toMatch(/^VALID - the record of a run whose outcome is unknown\n/)
    for (const text of [RUN, 'complete', ledger.origin, 'container', 'multiproof', 'heads', 'claims'])
      expect(out).toContain(text)
  })

  it('exits 1 on UNTRUSTED, prints the fingerprint, and gives no command to paste', async () => {
    const { status, out } = await run(zip)
    expect(status).toBe(1)
    expect(out).toMatch(/^UNTRUSTED \(NO_TRUSTED_KEY\)/)
    expect(out).toContain(ledger.ledgerKey.id)
    expect(out).not.toContain('--key')
  })

  it('says that the warehouse was not asked, and exits 1 where that was demanded', async () => {
    const { out } = await run(zip, '--key', ledger.vkey)
    expect(out).toMatch(/warning: The warehouse itself was not asked .*not-asked: after-missing, before-missing/)
    const demanded = await run(zip, '--key', ledger.vkey, '--require-warehouse')
    expect(demanded.status).toBe(1)
    expect(demanded.out).toMatch(/^INCOMPLETE \(WAREHOUSE_NOT_ASKED\)/)
    const misplaced = await run(join(directory, 'tiles'), '--require-warehouse')
    expect([misplaced.status, misplaced.err]).toEqual([2, expect.stringContaining('is for bundles')])
  })

  it('reads pins from --trust and writes one JSON document with --json', async () => {
    const { status, out } = await run(zip, '--trust', join(directory, 'keys'), '--json')
    expect(status).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      verdict: 'VALID',
      code: 'OK',
      keys: [{ trusted: true }, { trusted: false }],
    })
  })

  it('checks external artefacts in a directory', async () => {
    const artifacts = ['--artifacts', join(directory, 'artifacts')]
    expect((await run(zip, '--key', ledger.vkey, '--require-artifacts', ...artifacts)).status).toBe(0)
    expect((await run(zip, '--key', ledger.vkey, '--require-artifacts')).out).toMatch(
      /^INCOMPLETE \(ARTIFACTS_MISSING\)/,
    )
  })

  it('verifies a directory of tiles', async () => {
    const { status, out } = await run(join(directory, 'tiles'), '--key', ledger.vkey, '--min-size', '10')
    expect(status).toBe(0)
    expect(out).toContain('10 records')
    expect((await run(join(directory, 'tiles'), '--run', RUN)).status).toBe(2)
  })

  it('takes a directory for what it is where a desktop has left its files in it, and names them', async () => {
    const folder = join(directory, 'tiles')
    for (const litter of ['.DS_Store', 'tile/.DS_Store', 'tile/0/.DS_Store', 'tile/0/desktop.ini', 'notes.txt'])
      await writeFile(join(folder, litter), 'litter')
    const { status, out } = await run(folder, '--key', ledger.vkey)
    expect(status).toBe(0)
    expect(out).toContain('.DS_Store, notes.txt, tile/.DS_Store, tile/0/.DS_Store, tile/0/desktop.ini')
    await writeFile(join(folder, 'tile/0/000.bak'), 'no litter')
    expect((await run(folder, '--key', ledger.vkey)).out).toMatch(/^INVALID \(TILE_UNEXPECTED\)/)
    await rm(join(folder, 'tile/0/000.bak'))
  })

  it('asks a newer bundle for the keys with --keys', async () => {
    const later = sampleLedger()
    later.introduce(testKey('evidence 2'))
    later.revoke(evidenceKey, 'compromised')
    later.appendHeads()
    const newer = join(directory, 'newer.def.zip')
    await writeFile(newer, bundle(later, RUN, { signers: [testKey('evidence 2')] }))
    await writeFile(join(directory, 'held'), later.checkpoint())
    const held = ['--key', ledger.vkey, '--checkpoint', join(directory, 'held')]
    expect((await run(zip, ...held)).out).toMatch(/^STALE \(KEYS_MAY_HAVE_CHANGED\)/)
    expect((await run(zip, ...held, '--keys', newer)).out).toMatch(/^INVALID \(KEY_COMPROMISED\)/)
    expect((await run(newer, ...held)).status).toBe(0)
  })

  it('marks a recorded demonstration, how the run went and an incomplete record in the verdict line', async () => {
    const shown = sampleLedger([started({ demonstration: true })])
    const file = join(directory, 'demo.def.zip')
    await writeFile(file, bundle(shown, RUN))
    const { out } = await run(file, '--key', shown.vkey)
    expect(out.split('\n')[0]).toBe(
      'VALID - recorded demonstration - the record of a run whose outcome is unknown - incomplete record (unknown)',
    )
    expect(closed().type).toBe('dev.clyra.run.closed.v1')
  })

  it('exits 2 on wrong usage and 3 where a file cannot be read, with a code', async () => {
    expect(await run()).toMatchObject({ status: 2 })
    expect((await run(zip, '--frobnicate')).err).toContain('(USAGE)')
    expect((await run(zip, '--key', 'nonsense')).err).toContain('(KEY_INVALID)')
    expect((await run(zip, '--max-age', 'soon')).status).toBe(2)
    for (const now of ['soon', '2025-01-01T00:00:19', '2025-01-01', '2025-13-01T00:00:00Z'])
      expect((await run(zip, '--now', now)).status).toBe(2)
    expect((await run(join(directory, 'absent.zip'))).err).toContain('ENOENT')
    expect((await run(join(directory, 'absent.zip'))).status).toBe(3)
    expect((await run(zip, '--trust', join(directory, 'absent'))).status).toBe(3)
    expect((await run('--help')).out).toContain('Examples:')
    expect((await run('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('lets no evidence steer the terminal', async () => {
    const file = join(directory, 'hostile.def.zip')
    await writeFile(file, bundle(ledger, RUN, { payloadType: 'x\u001b[2J\u202e' }))
    const { out } = await run(file, '--key', ledger.vkey)
    expect(out).toContain('DSSE_PAYLOAD_TYPE')
    expect(out).not.toMatch(/[\u001b\u202e]/)
  })
})
