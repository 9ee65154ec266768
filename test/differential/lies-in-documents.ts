import { P256_ORDER } from '../../verifier/ts/src/ecdsa-p256.js'
import type { JsonObject, JsonValue } from '../../verifier/ts/src/json.js'
import { evidenceKey } from '../../verifier/ts/test/bundle-maker.js'
import { signedNote } from '../../verifier/ts/test/ledger-maker.js'
import { derOf } from '../../verifier/ts/test/p256-key.js'
import type { Random } from '../fuzz/engine/random.js'
import { type Honest, p256, retired } from './bases.js'
import { editValue } from './edit-value.js'
import { changed, lying, spoil, stranger, type Way } from './mutant.js'

/** A checkpoint that the ledger's own key signed over something else. */
function signedCheckpoint({ ledger }: Honest, random: Random): Uint8Array {
  const size = ledger.records.length
  const [origin, , root] = ledger.checkpointText().split('\n') as [string, string, string] // three lines
  const text = random.pick([
    ledger.checkpointText(1 + random.below(size)),
    `${origin}\n${size + 1 + random.below(3)}\n${root}\n`,
    `${origin}\n${size}\n${ledger.checkpointText(Math.max(1, size - 1)).split('\n')[2]}\n`,
    `other.example\n${size}\n${root}\n`,
  ])
  return signedNote(text, [{ name: text.split('\n')[0]!, key: ledger.ledgerKey }])
}

/** The signature of the manifest in another form, or another one; the message is right. */
function signedOtherwise(honest: Honest, random: Random): Uint8Array {
  const key = random.pick(honest.signers ?? [evidenceKey])
  const { numbers } = p256
  const highS = (message: Uint8Array) => {
    const { r, s } = numbers(message)
    return derOf({ r, s: P256_ORDER - s })
  }
  const sign = key === p256 && random.below(3) === 0 ? highS : (message: Uint8Array) => spoil(key.sign(message), random)
  return lying(honest, { signers: [{ ...key, sign }] })
}

/** heads.json in its form, with something that is another's. */
const paths = (random: Random) => (heads: JsonObject) => {
  const copy = structuredClone(heads)
  const list = copy['paths'] as { stream: string; head: JsonValue; siblings: string[]; other: JsonValue }[] // as it was made
  const path = random.pick(list)
  const other = random.pick(list)
  const hash = random.pick([...other.siblings, '0'.repeat(64), String(copy['root'])])
  const at = random.below(path.siblings.length + 1)
  const head = { revision: String(random.below(4)), leaf: hash }
  const change: readonly (() => unknown)[] = [
    () => path.siblings.splice(at, 0, hash),
    () => path.siblings.splice(at, 1),
    () => path.siblings.splice(at, 1, hash),
    () => path.siblings.reverse(),
    () => Object.assign(path, { head: other.head, siblings: other.siblings, other: other.other }),
    () => Object.assign(path, { head: path.head === null ? head : null }),
    () => Object.assign(path, { head }),
    () => Object.assign(path, { other: random.pick([null, { key: hash, value: hash }]) }),
    () => list.splice(list.indexOf(path), 1),
    () => Object.assign(copy, { root: hash }),
    () => Object.assign(copy, { position: String(Number(copy['position']) - 1 + random.below(3)) }),
  ]
  random.pick(change)()
  return copy
}

/** A document says something else, and all that follows from it is made honestly and signed. */
export const DOCUMENTS: readonly Way[] = [
  {
    how: 'the manifest',
    weight: 6,
    signed: true,
    make: (honest, random) => lying(honest, { manifest: changed(random) }),
  },
  { how: 'the proof', weight: 9, signed: true, make: (honest, random) => lying(honest, { proof: changed(random) }) },
  { how: 'the heads', weight: 2, signed: true, make: (honest, random) => lying(honest, { heads: changed(random) }) },
  {
    how: 'paths of the heads',
    weight: 6,
    signed: true,
    make: (honest, random) => lying(honest, { heads: paths(random) }),
  },
  {
    how: 'openings',
    weight: 2,
    signed: true,
    make: (honest, random) =>
      lying(honest, {
        openings: [
          editValue(
            honest.lies.openings?.[0] ?? { position: '4', pointer: '/data/text', salt: '0'.repeat(64), value: null },
            random,
          ),
        ],
      }),
  },
  {
    how: 'bytes of a listed file',
    weight: 3,
    signed: true,
    make: (honest, random) =>
      lying(honest, {
        listed: (files) => {
          const name = random.pick([...files.keys()])
          return files.set(name, spoil(files.get(name)!, random))
        },
      }),
  },
  {
    how: 'a checkpoint of something else',
    weight: 12,
    signed: true,
    make: (honest, random) => lying(honest, { checkpoint: () => signedCheckpoint(honest, random) }),
  },
  {
    how: 'the statement',
    weight: 6,
    signed: true,
    make: (honest, random) => lying(honest, { statement: changed(random) }),
  },
  { how: 'the signature of the manifest', weight: 4, signed: true, make: signedOtherwise },
  {
    how: 'who signs',
    weight: 2,
    signed: true,
    make: (honest, random) =>
      lying(honest, {
        signers: random.pick([[stranger], [stranger, evidenceKey], [honest.ledger.ledgerKey], [retired], []]),
      }),
  },
  {
    how: 'claimed streams',
    weight: 10,
    signed: true,
    make: (honest, random) =>
      lying(honest, {
        streams: (all) =>
          random.pick([
            all.filter((_, i) => i !== random.below(all.length)),
            [...all, 'run-other'],
            [...all, 'ledger-heads'],
            [...all, random.pick(['approval-2', 'ledger-genesis'])],
          ]),
      }),
  },
]
