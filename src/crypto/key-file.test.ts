import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readKeyFile, signerOf, writeKeyFile } from './index.js'

const seed = new Uint8Array(32).fill(5)
const about = { algorithm: 'ed25519' as const, name: 'ledger.example', purpose: 'ledger' }
const invalid = expect.objectContaining({ code: 'KEY_INVALID' })

describe('key files', () => {
  let directory: string
  let path: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'clyra-keys-'))
    path = join(directory, 'ledger.key')
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  it('are read back with name, purpose, public key and id', () => {
    const written = writeKeyFile(path, seed, about)
    const { publicKey, keyId } = signerOf('ed25519', seed)
    expect(written).toEqual({ ...about, keyId, publicKey, seed })
    expect(readKeyFile(path)).toEqual(written)
  })

  it('are for their owner alone, whatever the umask', () => {
    const before = process.umask(0)
    try {
      writeKeyFile(path, seed, about)
    } finally {
      process.umask(before)
    }
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('are never overwritten', () => {
    writeKeyFile(path, seed, about)
    const before = readFileSync(path)
    expect(() => writeKeyFile(path, new Uint8Array(32), about)).toThrow(invalid)
    expect(readFileSync(path)).toEqual(before)
  })

  it('come into being whole: what an interrupted writing left beside the place is replaced, and nothing stays', () => {
    writeFileSync(`${path}.tmp`, '{"algo')
    writeKeyFile(path, seed, about)
    expect(readKeyFile(path).seed).toEqual(seed)
    expect(readdirSync(directory)).toEqual(['ledger.key'])
    expect(() => writeKeyFile(path, new Uint8Array(32), about)).toThrow(invalid)
    expect(readdirSync(directory)).toEqual(['ledger.key'])
  })

  it.each([0o640, 0o604, 0o620, 0o602, 0o666])('are refused when open to others (mode %o)', (mode) => {
    writeKeyFile(path, seed, about)
    chmodSync(path, mode)
    expect(() => readKeyFile(path)).toThrow(invalid)
  })

  it('are refused when malformed, and the message does not quote the secret', () => {
    writeKeyFile(path, seed, about)
    const good = readFileSync(path, 'utf8')
    const secret = Buffer.from(seed).toString('base64')
    const bad = [
      '',
      'not json',
      good.replace('}', ''),
      good.replace('{', '{ '),
      good.replace('"format":"clyra.key-file/1"', '"format":"clyra.key-file/2"'),
      good.replace('"ed25519"', '"none"'),
      good.replace('"purpose":"ledger",', ''),
      good.replace(secret, Buffer.alloc(32).toString('base64')),
      good.replace(secret, secret.slice(4)),
      good.repeat(40),
      `${good}${good}`,
    ]
    for (const text of bad) {
      writeFileSync(path, text)
      try {
        readKeyFile(path)
        expect.unreachable(text)
      } catch (error) {
        expect(error).toEqual(invalid)
        expect(String(error)).not.toContain(secret.slice(0, 12))
      }
    }
  })

  it('that are not there or cannot be written are coded errors', () => {
    expect(() => readKeyFile(path)).toThrow(expect.objectContaining({ code: 'IO_FAILED' }))
    expect(() => writeKeyFile(join(path, 'below'), seed, about)).toThrow(expect.objectContaining({ code: 'IO_FAILED' }))
  })
})
