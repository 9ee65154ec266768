import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signerOf } from '../../src/crypto/index.js'
import { discard, sandbox } from '../cli/clyra.js'
import { requireService } from '../services/index.js'
import { exampleLedger } from './example-ledger.js'
import { python } from './python/run.js'
import { storedFile } from './stored-file.js'

interface Envelope {
  payload: string
  payloadType: string
  signatures: { keyid: string; sig: string }[]
}
interface Key {
  readonly keyid: string
  /** Hex. */
  readonly public: string
}

describe.runIf(requireService('foreign-python'))('securesystemslib reads the DSSE envelope of a bundle', () => {
  let folder = ''
  let key: Key
  let bytes: Uint8Array = new Uint8Array()
  let manifest: Uint8Array = new Uint8Array()

  const answers = (cases: readonly { envelope: string; key?: Key }[]): string[] => {
    const lines = cases.map(({ envelope, key: used = key }) => JSON.stringify({ envelope, ...used }))
    return python('verify_dsse.py', Buffer.from(`${lines.join('\n')}\n`))
  }
  const changed = (change: (envelope: Envelope) => void): string => {
    // The envelope was verified to be one before anything is changed; a change that breaks its shape is a case too.
    const envelope = JSON.parse(Buffer.from(bytes).toString('utf8')) as Envelope
    change(envelope)
    return JSON.stringify(envelope)
  }
  const flipped = (base64: string, at: number): string => {
    const raw = Buffer.from(base64, 'base64')
    raw.writeUInt8(raw.readUInt8(at) ^ 1, at)
    return raw.toString('base64')
  }

  beforeAll(async () => {
    folder = sandbox()
    const { bundle, evidenceKey } = await exampleLedger(folder, ['good'])
    key = { keyid: evidenceKey.id, public: evidenceKey.public }
    const archive = readFileSync(bundle)
    bytes = storedFile(archive, 'manifest.dsse.json')
    manifest = storedFile(archive, 'manifest.json')
  }, 120_000)
  afterAll(() => discard(folder))

  it('and accepts it with the evidence key; its one subject is the manifest', () => {
    expect(answers([{ envelope: Buffer.from(bytes).toString('utf8') }])).toEqual(['accepted'])
    const { payload } = JSON.parse(Buffer.from(bytes).toString('utf8'))
    const { subject } = JSON.parse(Buffer.from(payload, 'base64').toString('utf8'))
    const sha256 = createHash('sha256').update(manifest).digest('hex')
    expect(subject).toEqual([{ name: 'manifest.json', digest: { sha256 } }])
  })

  it('and refuses any changed byte of payload or signature', () => {
    const { payload, signatures } = JSON.parse(changed(() => undefined))
    const payloads = Array.from({ length: Buffer.from(payload, 'base64').length }, (_, at) =>
      changed((envelope) => {
        envelope.payload = flipped(envelope.payload, at)
      }),
    )
    const signed = Array.from({ length: Buffer.from(signatures[0].sig, 'base64').length }, (_, at) =>
      changed((envelope) => {
        for (const one of envelope.signatures) one.sig = flipped(one.sig, at)
      }),
    )
    expect([payloads.length > 300, signed.length]).toEqual([true, 64])
    const said = answers([...payloads, ...signed].map((envelope) => ({ envelope })))
    expect(new Set(said)).toEqual(new Set(['refused: VerificationError']))
    expect(said.length).toBe(payloads.length + signed.length)
  })

  it('and refuses another payload type, a byte moved between type and payload, no signature, another key', () => {
    const other = Buffer.from(signerOf('ed25519', new Uint8Array(32).fill(8)).publicKey).toString('hex')
    const cases = [
      { envelope: changed((envelope) => (envelope.payloadType = 'application/json')) },
      {
        envelope: changed((envelope) => {
          envelope.payload = Buffer.concat([Buffer.from('n'), Buffer.from(envelope.payload, 'base64')]).toString(
            'base64',
          )
          envelope.payloadType = envelope.payloadType.slice(0, -1)
        }),
      },
      { envelope: changed((envelope) => (envelope.signatures = [])) },
      { envelope: changed((envelope) => envelope.signatures.map((one) => (one.keyid = other))) },
      { envelope: changed(() => undefined), key: { ...key, public: other } },
    ]
    expect(answers(cases)).toEqual(cases.map(() => 'refused: VerificationError'))
  })
})
