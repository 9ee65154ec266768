import { resolve } from 'node:path'
import * as z from 'zod'
import { hex } from '../../canonical/index.js'
import { SIGNATURE_ALGORITHMS } from '../../crypto/index.js'
import { ClyraError } from '../../errors/index.js'
import { isType } from '../../events/index.js'
import type { LedgerReader } from '../../ledger/index.js'
import { bringEvidenceKey, withReader, withWriter } from '../../runtime/index.js'
import { defineCommand } from '../command.js'
import { parsePosition } from '../ledger/find-record.js'
import { decimal, digest } from '../ledger/record-document.js'
import { facts, table } from '../table.js'

const key = z.strictObject({
  id: digest,
  purpose: z.string(),
  alg: z.string(),
  introducedAt: decimal,
  revokedAt: decimal.nullable(),
  reason: z.string().nullable(),
  compromisedSince: decimal.nullable(),
})
type Key = z.infer<typeof key>

export const keys = defineCommand({
  flags: [],
  options: z.object({}),
  examples: [
    ['clyra keys', 'fingerprints, purposes and validity'],
    ['clyra keys rotate', 'a new evidence key takes over'],
  ],
  json: z.strictObject({
    origin: z.string(),
    genesis: digest,
    vkey: z.string(),
    fingerprint: digest,
    keys: z.array(key),
  }),
  run: (context) =>
    withReader(context, async ({ ledger }) => {
      const genesis = hex(ledger.identity)
      const listed = await listKeys(ledger)
      const trust = { vkey: ledger.vkey, fingerprint: ledger.keyId }
      context.output.result({ origin: ledger.origin, genesis, ...trust, keys: listed.map((one) => ({ ...one })) }, () =>
        [
          facts([
            ['origin', ledger.origin],
            ['genesis', genesis],
            ['vkey', trust.vkey],
            ['fingerprint', trust.fingerprint],
          ]),
          '',
          table(
            ['KEY', 'PURPOSE', 'ALGORITHM', 'VALID FROM', 'UNTIL'],
            listed.map((one) => [
              one.id,
              one.purpose,
              one.alg,
              one.introducedAt,
              one.revokedAt === null ? '-' : `${one.revokedAt} (${one.reason})`,
            ]),
          ),
        ].join('\n'),
      )
      return 0
    }),
})

export const keysRotate = defineCommand({
  flags: [
    { flags: '--purpose <purpose>', description: 'which key: evidence (default); ledger is not yet supported' },
    {
      flags: '--algorithm <name>',
      description: `of the new key: ${SIGNATURE_ALGORITHMS.join(', ')} (default: ed25519)`,
    },
    {
      flags: '--key <file>',
      description: 'take this private key (PEM, not encrypted, mode 0600) instead of a new one',
    },
  ],
  options: z
    .object({
      purpose: z.enum(['evidence', 'ledger']).default('evidence'),
      algorithm: z.enum(SIGNATURE_ALGORITHMS, `must be one of ${SIGNATURE_ALGORITHMS.join(', ')}`).optional(),
      key: z.string().min(1, 'must be a file').optional(),
    })
    .refine(({ algorithm, key }) => algorithm === undefined || key === undefined, {
      path: ['algorithm'],
      message: 'says nothing beside --key: a key has its algorithm',
    }),
  help: 'What the old key signed stays valid until you revoke it. A key that is brought is copied among the keys of the ledger, and is introduced only where it signs as its public key says: of Ed25519, ECDSA P-256, or RSA of 3,072 to 8,192 bits with the exponent 65537. The ledger key itself stays Ed25519 and cannot be rotated in this release.',
  examples: [
    ['clyra keys rotate', 'from now on bundles are signed by a new key'],
    ['clyra keys rotate --algorithm ecdsa-p256-sha256', 'by one of ECDSA P-256'],
  ],
  json: z.strictObject({ id: digest, position: decimal }),
  run: (context, _, { purpose, algorithm, key: file }) => {
    if (purpose === 'ledger')
      throw new ClyraError('NOT_YET_SUPPORTED', "the ledger's own key cannot be rotated by this release")
    return withWriter(context, async (opened) => {
      const { appender } = opened
      const path = file === undefined ? undefined : resolve(context.environment.cwd, file)
      const brought = path === undefined ? undefined : await bringEvidenceKey(opened, path)
      const rotated = await appender.rotateEvidenceKey({ key: brought, algorithm })
      await appender.sealed(rotated.position)
      context.output.result(
        { id: rotated.id, position: rotated.position.toString() },
        `new evidence key  ${rotated.id}\nvalid from        ${rotated.position}`,
      )
      return 0
    })
  },
})

export const keysRevoke = defineCommand({
  arguments: [{ name: '<id>', description: 'the whole key id, as `clyra keys` prints it' }],
  flags: [
    { flags: '--reason <reason>', description: 'superseded, compromised or retired' },
    { flags: '--compromised-since <position>', description: 'no signature from this position on counts' },
  ],
  options: z.object({
    reason: z.enum(['superseded', 'compromised', 'retired'], 'must be superseded, compromised or retired'),
    compromisedSince: z.string().optional(),
  }),
  examples: [
    ['clyra keys', 'the ids'],
    ['clyra keys revoke --help', 'what revoking means'],
  ],
  json: z.strictObject({ id: digest, position: decimal }),
  run: (context, [id = ''], options) =>
    withWriter(context, async ({ appender }) => {
      const since =
        options.compromisedSince === undefined
          ? {}
          : { compromisedSince: parsePosition(options.compromisedSince, '--compromised-since') }
      const position = await appender.revokeKey(id, { reason: options.reason, ...since })
      await appender.sealed(position)
      context.output.result({ id, position: position.toString() }, `revoked ${id} at position ${position}`)
      return 0
    }),
})

/** The keys of `ledger-keys` and those of the genesis record, in the order of their introduction. */
async function listKeys(ledger: LedgerReader): Promise<Key[]> {
  const listed: Key[] = []
  for await (const record of ledger.readAll({ filter: { streams: ['ledger-genesis', 'ledger-keys'] } })) {
    const at = record.position.toString()
    const introduced = (one: { id: string; purpose: string; alg: string }): Key => ({
      id: one.id,
      purpose: one.purpose,
      alg: one.alg,
      introducedAt: at,
      revokedAt: null,
      reason: null,
      compromisedSince: null,
    })
    if (isType(record, 'dev.clyra.ledger.genesis.v1')) listed.push(...record.event.data.keys.map(introduced))
    if (isType(record, 'dev.clyra.ledger.key.introduced.v2')) listed.push(introduced(record.event.data.key))
    if (isType(record, 'dev.clyra.ledger.key.revoked.v1')) {
      const { id, reason, compromisedSince } = record.event.data
      const index = listed.findIndex((one) => one.id === id)
      const revoked = listed[index]
      if (revoked !== undefined) listed[index] = { ...revoked, revokedAt: at, reason, compromisedSince }
    }
  }
  return listed
}
