import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signerOf, vkey as vkeyOf } from '../../src/crypto/index.js'
import { clyra, clyraJson, discard, PROJECT, sandbox } from '../cli/clyra.js'
import { requireService } from '../services/index.js'

/** The step of the page that calls OpenSSL on the checkpoint, as a reader would paste it. */
function recipeOf(page: string): string {
  const recipe = /^<!-- step: checkpoint -->\n```sh\n([\s\S]*?)^```$/m.exec(page)?.[1]
  if (recipe === undefined) throw new Error('docs/verifying.md has no OpenSSL recipe')
  return recipe
}

const recipe = recipeOf(readFileSync(join(PROJECT, 'docs', 'verifying.md'), 'utf8'))
const SIGNATURE = /^— (\S+) (\S+)$/m

describe.runIf(requireService('openssl'))('the OpenSSL recipe of docs/verifying.md, run as it is printed,', () => {
  let folder = ''
  let vkey = ''
  let checkpoint = Buffer.alloc(0)

  /** Whether the recipe accepts: its exit status, and OpenSSL's word. */
  const accepts = (note: Uint8Array, key: string, script = recipe): boolean => {
    const place = mkdtempSync(join(folder, 'recipe-'))
    writeFileSync(join(place, 'checkpoint'), note)
    writeFileSync(join(place, 'ledger.vkey'), `${key}\n`)
    const ended = spawnSync('sh', ['-c', script], { cwd: place, encoding: 'utf8' })
    rmSync(place, { recursive: true })
    const said = `${ended.stdout}${ended.stderr}`.includes('Signature Verified Successfully')
    expect(said).toBe(ended.status === 0)
    return said
  }
  const text = () => checkpoint.toString('utf8')
  /** The checkpoint with its signature's bytes (key hash and all) replaced by what `change` makes of them. */
  const withSignature = (change: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(SIGNATURE.exec(text())?.[2] ?? '', 'base64')
    expect(bytes.length).toBe(68)
    change(bytes)
    return Buffer.from(text().replace(SIGNATURE, `— $1 ${bytes.toString('base64')}`))
  }
  const flip = (bytes: Uint8Array, at: number): Buffer => {
    const flipped = Buffer.from(bytes)
    flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at)
    return flipped
  }

  beforeAll(() => {
    folder = sandbox()
    const project = join(folder, 'project')
    expect(clyra(folder, ['init', '--origin', 'shop.example']).status).toBe(0)
    expect(clyra(folder, ['export', 'tiles', 'tiles']).status).toBe(0)
    vkey = (clyraJson(folder, ['keys']) as { vkey: string }).vkey
    checkpoint = readFileSync(join(project, 'tiles', 'checkpoint'))
  })
  afterAll(() => discard(folder))

  it('accepts the checkpoint of a ledger, also beside other signatures', async () => {
    expect(accepts(checkpoint, vkey)).toBe(true)
    const other = signerOf('ed25519', new Uint8Array(32).fill(3))
    const named = Buffer.concat([Buffer.from('01020304', 'hex'), await other.sign(Buffer.from('x'))]).toString('base64')
    const before = text().replace('\n\n', `\n\n— shop.example ${named}\n— witness.example ${named}\n`)
    expect(accepts(Buffer.from(before), vkey)).toBe(true)
    expect(accepts(Buffer.from(`${text()}— shop.example ${named}\n`), vkey)).toBe(true)
  })

  it('refuses it after a change of any byte of the text', () => {
    const end = checkpoint.indexOf('\n\n')
    expect(end).toBeGreaterThan(50)
    for (let at = 0; at <= end; at++) expect(`${at} ${accepts(flip(checkpoint, at), vkey)}`).toBe(`${at} false`)
  }, 120_000)

  it('refuses it after a change of the key hash or of the signature', () => {
    for (let at = 0; at < 68; at += 3) {
      const changed = withSignature((bytes) => bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at))
      expect(`${at} ${accepts(changed, vkey)}`).toBe(`${at} false`)
    }
    expect(accepts(Buffer.from(text().replace(SIGNATURE, '')), vkey)).toBe(false)
  })

  it('refuses another key under the same name, even one that claims the same hash', () => {
    const other = vkeyOf('shop.example', signerOf('ed25519', new Uint8Array(32).fill(4)))
    expect(accepts(checkpoint, other)).toBe(false)
    const [, hash] = vkey.split('+')
    expect(accepts(checkpoint, other.replace(/\+[0-9a-f]{8}\+/, `+${hash}+`))).toBe(false)
  })

  it('refuses a checkpoint that the key signed under another name', async () => {
    const signer = signerOf('ed25519', new Uint8Array(32).fill(5))
    const body = text()
      .slice(0, text().indexOf('\n\n') + 1)
      .replace('shop.example', 'other.example')
    const own = vkeyOf('shop.example', signer)
    const hash = Buffer.from(own.split('+')[1] ?? '', 'hex')
    const line = Buffer.concat([hash, await signer.sign(Buffer.from(body))]).toString('base64')
    expect(accepts(Buffer.from(`${body}\n— shop.example ${line}\n`), own)).toBe(false)
    const right = body.replace('other.example', 'shop.example')
    const good = Buffer.concat([hash, await signer.sign(Buffer.from(right))]).toString('base64')
    expect(accepts(Buffer.from(`${right}\n— shop.example ${good}\n`), own)).toBe(true)
  })

  it('needs each of its steps: without one of them it refuses the true checkpoint', () => {
    const steps = [
      ['tail -c +5 named', 'cat named'],
      ["sed '/^$/,$d' checkpoint", 'cat checkpoint'],
      [' | tail -c 32', ''],
      ['-rawin ', ''],
    ] as const
    for (const [step, instead] of steps) {
      const mutant = recipe.replace(step, () => instead)
      expect(mutant).not.toBe(recipe)
      expect(`${step}: ${accepts(checkpoint, vkey, mutant)}`).toBe(`${step}: false`)
    }
  })
})
