import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base64, concatBytes, decodeUtf8, fromBase64, utf8 } from '../canonical/index.js'
import { isClyraError } from '../errors/index.js'
import {
  formatCheckpoint,
  isNoteName,
  MAX_NOTE_BYTES,
  openNote,
  parseCheckpoint,
  parseVkey,
  signerOf,
  signNote,
  vkey,
} from './index.js'

const keyOf = (byte: number, name: string) => {
  const signer = signerOf('ed25519', new Uint8Array(32).fill(byte))
  return { name, signer, vkey: vkey(name, signer) }
}
const ledger = keyOf(1, 'ledger.example')
const witness = keyOf(2, 'witness.example')
const text = formatCheckpoint({ origin: 'ledger.example', size: 42, root: new Uint8Array(32).fill(3) })

const codeOf = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (isClyraError(error)) return error.code
    throw error
  }
  return 'accepted'
}
const edited = (note: Uint8Array, edit: (note: string) => string): Uint8Array => utf8(edit(decodeUtf8(note)))

describe('verifier keys', () => {
  it('hold name, key hash and typed key, and are read back', () => {
    const { publicKey } = ledger.signer
    const hash = createHash('sha256')
      .update('ledger.example\n')
      .update(Uint8Array.of(1))
      .update(publicKey)
      .digest('hex')
    expect(ledger.vkey).toBe(`ledger.example+${hash.slice(0, 8)}+${base64(concatBytes(Uint8Array.of(1), publicKey))}`)
    expect(parseVkey(ledger.vkey)).toEqual({
      name: 'ledger.example',
      keyHash: hash.slice(0, 8),
      algorithm: 'ed25519',
      publicKey,
      keyId: ledger.signer.keyId,
    })
  })

  it('read the one that the Go checksum database publishes', () => {
    const key = parseVkey('sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8')
    expect(key.name).toBe('sum.golang.org')
    expect(key.keyHash).toBe('033de0ae')
  })

  it('are refused when malformed, of another type, with a wrong hash or a weak key', () => {
    const [name, hash, key] = ledger.vkey.split(/\+(.{8})\+/)
    const raw = fromBase64(key ?? '')
    const weak = base64(concatBytes(Uint8Array.of(1), new Uint8Array(32)))
    for (const bad of [
      '',
      'ledger.example',
      `${name}+${hash}`,
      `+${hash}+${key}`,
      `${name}+${hash}+`,
      `${name} x+${hash}+${key}`,
      `${name}+${hash?.toUpperCase()}Z+${key}`,
      `${name}+00000000+${key}`,
      `other.example+${hash}+${key}`,
      `${name}+${hash}+${base64(concatBytes(Uint8Array.of(4), raw.slice(1)))}`,
      `${name}+${hash}+${base64(raw.slice(0, 32))}`,
      `${name}+${hash}+${key}=`,
      `${name}+${hash}+${weak}`,
      `${ledger.vkey}\n`,
    ]) {
      expect(
        codeOf(() => parseVkey(bad)),
        bad,
      ).toBe('KEY_INVALID')
    }
  })

  it('have names without spaces, plus or control characters', () => {
    for (const name of ['', 'a b', 'a+b', 'a\n', 'a\u00a0b', 'a\u2003b', 'a\u0085b', 'a\u0000']) {
      expect(isNoteName(name), JSON.stringify(name)).toBe(false)
    }
    expect(isNoteName('prüfer.example/log')).toBe(true)
  })
})

describe('signed notes', () => {
  it('are text, an empty line and a line for each signer', async () => {
    const note = decodeUtf8(await signNote(text, [ledger, witness]))
    expect(note.startsWith(`${text}\n— ledger.example `)).toBe(true)
    expect(note.split('\n')).toHaveLength(7)
    expect(note.endsWith('\n')).toBe(true)
  })

  it('open with the keys the caller trusts; lines of others are ignored, in any order', async () => {
    const note = await signNote(text, [witness, ledger])
    expect(openNote(note, [ledger.vkey])).toEqual({
      text,
      verified: [parseVkey(ledger.vkey)],
      unknown: [{ name: 'witness.example', keyHash: parseVkey(witness.vkey).keyHash }],
    })
    expect(openNote(note, [ledger.vkey, parseVkey(witness.vkey)]).verified.map((key) => key.name)).toEqual([
      'witness.example',
      'ledger.example',
    ])
    expect(openNote(note, [])).toMatchObject({ text, verified: [] })
  })

  it('take at least 16 signature lines, and count a key that signs twice once', async () => {
    const many = Array.from({ length: 40 }, (_, i) => keyOf(i + 10, `witness-${i}.example`))
    const note = await signNote(text, [ledger, ...many, ledger])
    const opened = openNote(note, [ledger.vkey, ledger.vkey, many[39]?.vkey ?? ''])
    expect(opened.verified).toHaveLength(2)
    expect(opened.unknown).toHaveLength(39)
  })

  it('take a hundred signature lines and not one more, made or read', async () => {
    const witnesses = (count: number) => Array.from({ length: count }, () => witness)
    const full = await signNote(text, [ledger, ...witnesses(99)])
    expect(openNote(full, [ledger.vkey]).verified).toHaveLength(1)
    const more = concatBytes(full, full.subarray(full.lastIndexOf(0x0a, -2) + 1))
    expect(codeOf(() => openNote(more, [ledger.vkey]))).toBe('NOTE_MALFORMED')
    const tooMany = expect.objectContaining({ code: 'NOTE_MALFORMED' })
    await expect(signNote(text, [ledger, ...witnesses(100)])).rejects.toEqual(tooMany)
  })

  it('are rejected whole for one bad signature of a known key, even beside a good one', async () => {
    const note = await signNote(text, [ledger, witness])
    const forged = edited(note, (whole) => {
      const line = whole.split('\n')[4] ?? ''
      const at = line.lastIndexOf(' ') + 1
      const bytes = fromBase64(line.slice(at))
      bytes[20] = (bytes[20] ?? 0) ^ 1
      return `${whole}${line.slice(0, at)}${base64(bytes)}\n`
    })
    expect(codeOf(() => openNote(forged, [ledger.vkey]))).toBe('SIGNATURE_INVALID')
    expect(codeOf(() => openNote(forged, [witness.vkey]))).toBe('accepted')
    const otherText = edited(note, (whole) => whole.replace('\n42\n', '\n43\n'))
    expect(codeOf(() => openNote(otherText, [ledger.vkey]))).toBe('SIGNATURE_INVALID')
  })

  it('count a line with the right name and another key hash as unknown', async () => {
    const impostor = keyOf(9, 'ledger.example')
    const opened = openNote(await signNote(text, [impostor]), [ledger.vkey])
    expect(opened.verified).toEqual([])
    expect(opened.unknown).toHaveLength(1)
  })

  it('are refused when malformed', async () => {
    const note = await signNote(text, [ledger])
    const signature = /— .*\n$/u.exec(decodeUtf8(note))?.[0] ?? ''
    const encoded = signature.trim().split(' ')[2] ?? ''
    const bad: [string, Uint8Array][] = [
      ['nothing', new Uint8Array(0)],
      ['no empty line', edited(note, (s) => s.replace('\n\n', '\n'))],
      ['no signature', utf8(`${text}\n`)],
      ['no text', utf8(`\n${signature}`)],
      ['a cut last line', note.subarray(0, -1)],
      ['CRLF', edited(note, (s) => s.replaceAll('\n', '\r\n'))],
      ['a tab in the text', edited(note, (s) => s.replace('42', '\t42'))],
      ['a NUL in the text', edited(note, (s) => s.replace('42', '\u000042'))],
      ['a hyphen for the dash', edited(note, (s) => s.replace('— ', '- '))],
      ['two spaces', edited(note, (s) => s.replace('— ledger', '—  ledger'))],
      ['a trailing space', edited(note, (s) => s.replace(/\n$/, ' \n'))],
      ['no name', utf8(`${text}\n— ${encoded}\n`)],
      ['a plus in the name', edited(note, (s) => s.replace('— ledger', '— led+ger'))],
      ['broken base64', edited(note, (s) => s.replace(encoded, `${encoded}A`))],
      ['URL base64', edited(note, (s) => s.replace(encoded, 'AAAA_-AAAAA='))],
      ['base64 with trailing bits', utf8(`${text}\n— x.example AAAAAAB=\n`)],
      ['a signature too short for its key hash', utf8(`${text}\n— x.example AAAAAA==\n`)],
      ['a control character in a name', utf8(`${text}\n— a\u0085b ${encoded}\n`)],
      ['a malformed line behind a bad signature', edited(note, (s) => `${s.replace('42', '43')}hello\n`)],
      ['a line that is no signature', edited(note, (s) => `${s}hello\n`)],
      ['an empty line at the end', edited(note, (s) => `${s}\n`)],
      ['a byte order mark', concatBytes(Uint8Array.of(0xef, 0xbb, 0xbf), note)],
      ['bad UTF-8', concatBytes(Uint8Array.of(0xc0, 0xaf), note)],
      ['more than 128 KiB', edited(note, (s) => s + signature.repeat(Math.ceil(MAX_NOTE_BYTES / signature.length)))],
    ]
    for (const [what, bytes] of bad)
      expect(
        codeOf(() => openNote(bytes, [ledger.vkey])),
        what,
      ).toBe('NOTE_MALFORMED')
  })

  it('are refused after any one-byte change', async () => {
    const note = await signNote(text, [ledger])
    fc.assert(
      fc.property(fc.nat(note.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Uint8Array.from(note)
        changed[at] = (changed[at] ?? 0) ^ flip
        let trusted: unknown[] = []
        try {
          trusted = [...openNote(changed, [ledger.vkey]).verified]
        } catch (error) {
          expect(isClyraError(error)).toBe(true)
        }
        expect(trusted).toEqual([])
      }),
      { numRuns: 600 },
    )
  })

  it('are not made of a text that a reader would refuse', async () => {
    for (const bad of ['', 'no newline', 'a\rb\n', 'a\tb\n']) {
      await expect(signNote(bad, [ledger])).rejects.toMatchObject({ code: 'NOTE_MALFORMED' })
    }
    await expect(signNote(text, [])).rejects.toMatchObject({ code: 'NOTE_MALFORMED' })
    await expect(signNote(text, [{ name: 'a b', signer: ledger.signer }])).rejects.toMatchObject({
      code: 'NOTE_MALFORMED',
    })
  })

  it('may hold empty lines in their text', async () => {
    const note = await signNote('a\n\nb\n', [ledger])
    expect(openNote(note, [ledger.vkey]).text).toBe('a\n\nb\n')
  })
})

describe('checkpoints', () => {
  const root = base64(new Uint8Array(32).fill(3))

  it('are three lines and read back', () => {
    expect(text).toBe(`ledger.example\n42\n${root}\n`)
    expect(parseCheckpoint(text)).toEqual({ origin: 'ledger.example', size: 42, root: new Uint8Array(32).fill(3) })
  })

  it.each([
    ['an extension line', `ledger.example\n42\n${root}\nextension\n`],
    ['an empty extension line', `ledger.example\n42\n${root}\n\n`],
    ['no last newline', `ledger.example\n42\n${root}`],
    ['a missing line', `ledger.example\n42\n`],
    ['an empty origin', `\n42\n${root}\n`],
    ['an origin with a space', `a b\n42\n${root}\n`],
    ['a leading zero', `ledger.example\n042\n${root}\n`],
    ['a sign', `ledger.example\n+42\n${root}\n`],
    ['a size of 0', `ledger.example\n0\n${root}\n`],
    ['a negative size', `ledger.example\n-1\n${root}\n`],
    ['a size over 2^53-1', `ledger.example\n9007199254740992\n${root}\n`],
    ['CRLF', `ledger.example\r\n42\r\n${root}\r\n`],
    ['a short root', `ledger.example\n42\n${base64(new Uint8Array(31))}\n`],
    ['a long root', `ledger.example\n42\n${base64(new Uint8Array(33))}\n`],
    ['an unpadded root', `ledger.example\n42\n${root.replace('=', '')}\n`],
    ['a root with trailing bits', `ledger.example\n42\n${root.replace('M=', 'N=')}\n`],
    ['nothing', ''],
  ])('are refused with %s', (_, bad) => {
    expect(codeOf(() => parseCheckpoint(bad))).toBe('NOTE_MALFORMED')
  })

  it('are not made of what cannot be read', () => {
    expect(codeOf(() => formatCheckpoint({ origin: '', size: 1, root: new Uint8Array(32) }))).toBe('NOTE_MALFORMED')
    expect(codeOf(() => formatCheckpoint({ origin: 'a', size: 1, root: new Uint8Array(31) }))).toBe('NOTE_MALFORMED')
    expect(codeOf(() => formatCheckpoint({ origin: 'a', size: 0, root: new Uint8Array(32) }))).toBe('NOTE_MALFORMED')
    expect(codeOf(() => formatCheckpoint({ origin: 'a', size: -1, root: new Uint8Array(32) }))).toBe('INVALID_POSITION')
  })
})
