import { join } from 'node:path'
import { ALGORITHMS, type KeyFile, keyHashOf, readKeyFile, signerOf } from '../../src/crypto/index.js'
import { entriesPath, entryBundle, tilePath } from '../../src/merkle/index.js'
import type { Judgement } from './judge.js'
import type { SampleLedger } from './sample-ledger.js'
import type { TileTree } from './tile-tree.js'

/** One way to damage a published tree, what Tessera's fsck makes of it, and the code that our verifier gives. */
export interface Damage {
  readonly name: string
  readonly act: (tree: TileTree, key: KeyFile) => void | Promise<void>
  /** With four workers. `accepted` is a miss of Tessera's. */
  readonly tessera: Judgement['verdict']
  /** The reason code of `clyra verify`, or the warning with which it says what it has not looked at. */
  readonly ours: string
}

/** The key with which the ledger signs: whoever holds it can publish any root. */
export const ledgerKeyOf = ({ state }: SampleLedger): KeyFile => readKeyFile(join(state, 'keys', 'ledger.key'))

const flip = (at: (length: number) => number) => (bytes: Buffer) => {
  bytes[at(bytes.length)]! ^= 1
  return bytes
}
const cut = (bytes: number) => (all: Buffer) => all.subarray(0, all.length - bytes)
const middle = (length: number) => Math.floor(length / 2)
const more = (extra: Uint8Array) => (all: Buffer) => Buffer.concat([all, extra])

/** The last bundle and the last hash tile of level 0: partial ones. */
const last = (tree: TileTree) => tree.count(0) - 1

/** A digit in the last entry of a bundle becomes another: the entry stays a canonical record. */
function changeDigit(entries: readonly Uint8Array[]): Uint8Array[] {
  const text = Buffer.from(entries.at(-1)!).toString('utf8')
  const changed = text.replace(/"n":(\d+)/, (_, digits: string) => `"n":${Number(digits) ^ 1}`)
  return [...entries.slice(0, -1), Buffer.from(changed)]
}

const checkpointText = (tree: TileTree): string =>
  tree.read('checkpoint').toString('utf8').split('\n\n')[0]!.concat('\n')

/** The root with one bit changed, in the text of the checkpoint. */
function otherRoot(text: string): string {
  const [origin, size, root] = text.split('\n') as [string, string, string]
  const bytes = Buffer.from(root, 'base64')
  bytes[7]! ^= 1
  return `${origin}\n${size}\n${bytes.toString('base64')}\n`
}

/** Signs whatever text, also one that Clyra would not sign. */
async function publish(tree: TileTree, text: string, seed: Uint8Array): Promise<void> {
  const [name = ''] = text.split(/\r?\n/)
  const signer = signerOf('ed25519', seed)
  const line = Buffer.concat([Buffer.from(keyHashOf(name, signer), 'hex'), await signer.sign(Buffer.from(text))])
  tree.write('checkpoint', `${text}\n— ${name} ${line.toString('base64')}\n`)
}

/** The order of the group of Ed25519, little-endian: added to S it gives the other signature of the same message. */
const GROUP_ORDER = Buffer.from('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010', 'hex')

/** The checkpoint with its one signature (key hash and all) replaced by what `change` makes of it. */
function withSignature(tree: TileTree, change: (base64: string) => string): void {
  tree.edit('checkpoint', (note) => Buffer.from(note.toString('utf8').replace(/\S+(?=\n$)/, change)))
}

/** S + L for S: the equation holds as before, modulo L. */
function malleated(base64: string): string {
  const bytes = Buffer.from(base64, 'base64')
  let carry = 0
  for (const [i, added] of GROUP_ORDER.entries()) {
    carry += bytes[36 + i]! + added
    bytes[36 + i] = carry & 0xff
    carry >>= 8
  }
  return bytes.toString('base64')
}

/** The last letter before the padding carries two bits that belong to no byte. */
const withSpareBits = (base64: string) =>
  base64.replace(/.(?==$)/, (letter) => String.fromCharCode(letter.charCodeAt(0) + 1))

/** What Tessera's fsck refuses, by an error, a panic or (see the test) by never coming to an end. */
export const REFUSED: readonly Damage[] = [
  {
    name: 'a bit in a full hash tile',
    act: (tree) => tree.edit(tree.path(0, 1), flip(middle)),
    tessera: 'refused',
    ours: 'TILE_MISMATCH',
  },
  {
    name: 'a bit in the last hash tile',
    act: (tree) => tree.edit(tree.path(0, last(tree)), flip(middle)),
    tessera: 'refused',
    ours: 'TILE_MISMATCH',
  },
  {
    name: 'a bit in the top hash tile',
    act: (tree) => tree.edit(tree.path(tree.top, 0), flip(middle)),
    tessera: 'refused',
    ours: 'TILE_MISMATCH',
  },
  {
    name: 'another value in an entry',
    act: (tree) => tree.write(tree.path('entries', 1), entryBundle.encode(changeDigit(tree.entries(1)))),
    tessera: 'refused',
    ours: 'TILE_MISMATCH',
  },
  {
    name: 'another value in an entry, with every hash tile above it made to fit',
    act: (tree) => tree.forge(1, changeDigit(tree.entries(1))),
    tessera: 'refused',
    ours: 'ROOT_MISMATCH',
  },
  {
    name: 'a bit in the length of an entry',
    act: (tree) =>
      tree.edit(
        tree.path('entries', 1),
        flip(() => 0),
      ),
    tessera: 'refused',
    ours: 'ENTRIES_MALFORMED',
  },
  {
    name: 'a full hash tile without its last byte',
    act: (tree) => tree.edit(tree.path(0, 1), cut(1)),
    tessera: 'refused',
    ours: 'TILE_MISMATCH',
  },
  {
    name: 'a full hash tile without its last hash',
    act: (tree) => tree.edit(tree.path(0, 1), cut(32)),
    tessera: 'refused',
    ours: 'TILE_MISMATCH',
  },
  {
    name: 'the last hash tile without its last hash',
    act: (tree) => tree.edit(tree.path(0, last(tree)), cut(32)),
    tessera: 'refused',
    ours: 'TILE_MISMATCH',
  },
  {
    name: 'a 257th hash in a full tile',
    act: (tree) => tree.edit(tree.path(0, 1), more(new Uint8Array(32))),
    tessera: 'refused',
    ours: 'TILE_MISMATCH',
  },
  {
    name: 'an entry bundle without its last byte',
    act: (tree) => tree.edit(tree.path('entries', 1), cut(1)),
    tessera: 'refused',
    ours: 'ENTRIES_MALFORMED',
  },
  {
    name: 'one byte more in an entry bundle',
    act: (tree) => tree.edit(tree.path('entries', 1), more(Buffer.of(0))),
    tessera: 'refused',
    ours: 'ENTRIES_MALFORMED',
  },
  {
    name: 'a full entry bundle without its last entry',
    act: (tree) => tree.write(tree.path('entries', 1), entryBundle.encode(tree.entries(1).slice(0, -1))),
    tessera: 'panicked',
    ours: 'ENTRIES_MALFORMED',
  },
  {
    name: 'the last entry bundle without its last entry',
    act: (tree) =>
      tree.write(tree.path('entries', last(tree)), entryBundle.encode(tree.entries(last(tree)).slice(0, -1))),
    tessera: 'panicked',
    ours: 'ENTRIES_MALFORMED',
  },
  {
    name: 'a hash tile that is not there',
    act: (tree) => tree.remove(tree.path(0, 1)),
    tessera: 'refused',
    ours: 'TILE_MISSING',
  },
  {
    name: 'an entry bundle that is not there',
    act: (tree) => tree.remove(tree.path('entries', 1)),
    tessera: 'refused',
    ours: 'ENTRIES_MISSING',
  },
  {
    name: 'no checkpoint',
    act: (tree) => tree.remove('checkpoint'),
    tessera: 'refused',
    ours: 'NOTE_MALFORMED',
  },
  {
    name: 'two entry bundles in each other’s place',
    act: (tree) => {
      const [one, other] = [tree.read(tree.path('entries', 1)), tree.read(tree.path('entries', 2))]
      tree.write(tree.path('entries', 1), other)
      tree.write(tree.path('entries', 2), one)
    },
    tessera: 'refused',
    ours: 'TILE_MISMATCH',
  },
  {
    name: 'two entries of a bundle in each other’s place',
    act: (tree) => {
      const [first, second, ...rest] = tree.entries(1)
      tree.write(tree.path('entries', 1), entryBundle.encode([second!, first!, ...rest]))
    },
    tessera: 'refused',
    ours: 'TILE_MISMATCH',
  },
  {
    name: 'another root in the checkpoint under the old signature',
    act: (tree) => {
      const [, signatures] = tree.read('checkpoint').toString('utf8').split('\n\n') as [string, string]
      tree.write('checkpoint', `${otherRoot(checkpointText(tree))}\n${signatures}`)
    },
    tessera: 'refused',
    ours: 'SIGNATURE_INVALID',
  },
  {
    name: 'another root in the checkpoint, signed by the ledger',
    act: (tree, key) => publish(tree, otherRoot(checkpointText(tree)), key.seed),
    tessera: 'refused',
    ours: 'ROOT_MISMATCH',
  },
  {
    name: 'the checkpoint signed by another key under the ledger’s name',
    act: (tree) => publish(tree, checkpointText(tree), ALGORITHMS.ed25519.newSecret()),
    tessera: 'refused',
    ours: 'SIGNATURE_MISSING',
  },
  {
    name: 'a checkpoint of more records than there are, signed by the ledger',
    act: (tree, key) =>
      publish(tree, checkpointText(tree).replace(`\n${tree.size}\n`, `\n${tree.size + 1}\n`), key.seed),
    tessera: 'refused',
    ours: 'ENTRIES_MISSING',
  },
  {
    name: 'a bit in the signature of the checkpoint',
    act: (tree) =>
      withSignature(tree, (base64) => flip((length) => length - 9)(Buffer.from(base64, 'base64')).toString('base64')),
    tessera: 'refused',
    ours: 'SIGNATURE_INVALID',
  },
  {
    name: 'the other S of the same signature',
    act: (tree) => withSignature(tree, malleated),
    tessera: 'refused',
    ours: 'SIGNATURE_INVALID',
  },
  {
    name: 'carriage returns in the checkpoint, signed by the ledger',
    act: (tree, key) => publish(tree, checkpointText(tree).replaceAll('\n', '\r\n'), key.seed),
    tessera: 'refused',
    ours: 'NOTE_MALFORMED',
  },
  {
    name: 'a checkpoint of another origin, signed by the ledger',
    act: (tree, key) => publish(tree, `other.${checkpointText(tree)}`, key.seed),
    tessera: 'refused',
    ours: 'SIGNATURE_MISSING',
  },
]

/** What Tessera's fsck accepts although it is no part of the tree that the checkpoint signs. */
export const MISSED: readonly Damage[] = [
  {
    name: 'a 257th entry in a full bundle',
    act: (tree) => tree.edit(tree.path('entries', 1), more(entryBundle.encode([Buffer.from('{"hidden":1}')]))),
    tessera: 'accepted',
    ours: 'ENTRIES_MALFORMED',
  },
  {
    name: 'an entry too many in the last bundle',
    act: (tree) => tree.edit(tree.path('entries', last(tree)), more(entryBundle.encode([Buffer.from('{"hidden":1}')]))),
    tessera: 'accepted',
    ours: 'ENTRIES_MALFORMED',
  },
  {
    name: 'a hash too many in the last tile',
    act: (tree) => tree.edit(tree.path(0, last(tree)), more(new Uint8Array(32))),
    tessera: 'accepted',
    ours: 'TILE_MISMATCH',
  },
  {
    name: 'an extension line in the checkpoint, signed by the ledger',
    act: (tree, key) => publish(tree, `${checkpointText(tree)}extra\n`, key.seed),
    tessera: 'accepted',
    ours: 'CHECKPOINT_MALFORMED',
  },
  {
    name: 'a leading zero in the size, signed by the ledger',
    act: (tree, key) => publish(tree, checkpointText(tree).replace('\n', '\n0'), key.seed),
    tessera: 'accepted',
    ours: 'CHECKPOINT_MALFORMED',
  },
  {
    name: 'spare bits in the base64 of the signature',
    act: (tree) => withSignature(tree, withSpareBits),
    tessera: 'accepted',
    ours: 'NOTE_MALFORMED',
  },
  {
    name: 'an older partial tile that holds something else',
    act: (tree) => tree.write(tilePath(0, 1, 7), new Uint8Array(7 * 32)),
    tessera: 'accepted',
    ours: 'TILE_UNEXPECTED',
  },
  {
    name: 'an older partial bundle that holds something else',
    act: (tree) => tree.write(entriesPath(1, 1), entryBundle.encode([Buffer.from('{"hidden":1}')])),
    tessera: 'accepted',
    ours: 'TILE_UNEXPECTED',
  },
  {
    name: 'a stray file among the tiles',
    act: (tree) => tree.write('tile/0/000.bak', 'stray'),
    tessera: 'accepted',
    ours: 'TILE_UNEXPECTED',
  },
  {
    name: 'a tile under a second spelling of its path',
    act: (tree) => tree.write('tile/0/x000/001', tree.read(tree.path(0, 1))),
    tessera: 'accepted',
    ours: 'TILE_UNEXPECTED',
  },
  {
    name: 'a tile of a level that the tree does not have',
    act: (tree) => tree.write(tilePath(5, 0, 1), new Uint8Array(32)),
    tessera: 'accepted',
    ours: 'FILES_IGNORED',
  },
  {
    name: 'a bundle behind the end of the tree',
    act: (tree) => tree.write(entriesPath(tree.count('entries') + 3, 1), entryBundle.encode([Buffer.from('{}')])),
    tessera: 'accepted',
    ours: 'FILES_IGNORED',
  },
  {
    name: 'a stray file beside the tiles',
    act: (tree) => tree.write('notes/readme.txt', 'stray'),
    tessera: 'accepted',
    ours: 'FILES_IGNORED',
  },
]
