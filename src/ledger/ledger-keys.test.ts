import { expect, test } from 'vitest'
import { parseVkey, signerOf } from '../crypto/index.js'
import { createMemoryLedger, memoryPlace, openMemoryLedger } from '../stores/memory/index.js'

test('a new ledger has one evidence key at position 1, with its signer', async () => {
  const ledger = await createMemoryLedger()
  const [key, ...others] = await ledger.keys()
  expect(others).toEqual([])
  expect(key).toMatchObject({ purpose: 'evidence', introducedAt: 1, revokedAt: undefined })
  expect((await ledger.evidenceSigner()).keyId).toBe(key!.id)
  await ledger.close()
})

test('rotation introduces a key that takes over; the old one stays valid until it is revoked', async () => {
  const place = memoryPlace()
  const ledger = await createMemoryLedger({ place })
  const [first] = await ledger.keys()
  const { id, position } = await ledger.rotateEvidenceKey()
  expect((await ledger.evidenceSigner()).keyId).toBe(id)
  expect((await ledger.keys()).map((key) => key.revokedAt)).toEqual([undefined, undefined])
  const revoked = await ledger.revokeKey(first!.id, { reason: 'compromised', compromisedSince: 1n })
  expect(revoked).toBe(position + 1n)
  expect((await ledger.keys())[0]).toMatchObject({ revokedAt: Number(revoked), compromisedSince: 1 })
  await ledger.close()
  const again = await openMemoryLedger(place)
  expect((await again.evidenceSigner()).keyId).toBe(id)
  await again.close()
})

test('without a valid evidence key there is no signer, and a revoked key does not come back', async () => {
  const ledger = await createMemoryLedger()
  const [key] = await ledger.keys()
  await ledger.revokeKey(key!.id, { reason: 'retired' })
  await expect(ledger.evidenceSigner()).rejects.toMatchObject({ code: 'NO_EVIDENCE_KEY' })
  await expect(ledger.revokeKey(key!.id, { reason: 'retired' })).rejects.toMatchObject({ code: 'KEY_INVALID' })
  await expect(ledger.revokeKey('0'.repeat(64), { reason: 'retired' })).rejects.toMatchObject({ code: 'KEY_INVALID' })
  await ledger.close()
})

test('an evidence key may be of another algorithm, the first one too, and the ledger key stays Ed25519', async () => {
  const ledger = await createMemoryLedger({ evidence: { algorithm: 'ecdsa-p256-sha256' } })
  expect((await ledger.evidenceSigner()).algorithm).toBe('ecdsa-p256-sha256')
  const { id } = await ledger.rotateEvidenceKey({ algorithm: 'rsa-pss-3072-sha256' })
  expect(await ledger.evidenceSigner()).toMatchObject({ algorithm: 'rsa-pss-3072-sha256', keyId: id })
  expect(parseVkey(ledger.vkey).algorithm).toBe('ed25519')
  await ledger.close()
})

test('a key that lies in the key ring takes over by its id; one that is not there, known, or that of the ledger does not', async () => {
  const place = memoryPlace()
  const ledger = await createMemoryLedger({ place })
  const brought = await place.keys.generate('evidence', 'ecdsa-p256-sha256')
  expect((await ledger.rotateEvidenceKey({ key: brought.keyId })).id).toBe(brought.keyId)
  const size = await ledger.size()
  for (const key of [brought.keyId, ledger.keyId, '0'.repeat(64)])
    await expect(ledger.rotateEvidenceKey({ key })).rejects.toMatchObject({ code: 'KEY_INVALID' })
  expect(await ledger.size()).toBe(size)
  await ledger.close()
})

test('a key takes over only where its signer shows that it has the private half', async () => {
  const place = memoryPlace()
  const ledger = await createMemoryLedger({ place })
  const honest = place.keys.generate.bind(place.keys)
  const other = signerOf('ecdsa-p256-sha256', new Uint8Array(32).fill(9))
  place.keys.generate = async (purpose, algorithm) => ({ ...(await honest(purpose, algorithm)), sign: other.sign })
  const size = await ledger.size()
  await expect(ledger.rotateEvidenceKey({ algorithm: 'ecdsa-p256-sha256' })).rejects.toMatchObject({
    code: 'KEY_INVALID',
  })
  expect(await ledger.size()).toBe(size)
  await ledger.close()
})

test("the ledger's own key is neither rotated nor revoked by this release", async () => {
  const ledger = await createMemoryLedger()
  await expect(ledger.revokeKey(ledger.keyId, { reason: 'superseded' })).rejects.toMatchObject({
    code: 'NOT_YET_SUPPORTED',
  })
  await ledger.close()
})

test('a redaction is recorded in its own stream', async () => {
  const ledger = await createMemoryLedger()
  const position = await ledger.recordRedaction('0b6d6b8e-4f6e-4b9e-8a51-8a3f0c6f7a11', 'erasure-request')
  expect((await ledger.streamHead('ledger-redactions'))?.position).toBe(position)
  await ledger.close()
})
