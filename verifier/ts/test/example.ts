import { writeArchive } from '../src/archive.js'
import { base64, concatBytes, fromBase64, hex, u16be, u64be, utf8 } from '../src/bytes.js'
import { canonicalBytes } from '../src/canonical.js'
import { streamStart } from '../src/chain.js'
import { preAuthEncoding } from '../src/dsse.js'
import { bitAt, headKeyHash, headsInnerHash, headsLeafHash, headValueHash } from '../src/heads-map.js'
import { nodeHash } from '../src/merkle.js'
import { commitment } from '../src/sealed-values.js'
import { sha256 } from '../src/sha256.js'
import { bundleFiles, evidenceKey } from './bundle-maker.js'
import type { TestLedger } from './ledger-maker.js'
import { RUN, SALT, SEALED_ID, SEALED_VALUE, sampleLedger } from './sample-ledger.js'

/** `spec/bundle/EXAMPLE.md`: the numbers of one small bundle, step by step, as a second implementation would compute them. */
export function exampleDocument(): string {
  const ledger = sampleLedger()
  const files = bundleFiles(ledger, RUN)
  return `${[
    '# A worked example',
    '',
    'Made by `scripts/generate-example.mjs` from fixed seeds; a test compares. Do not edit. All of it is the bundle',
    '`test-vectors/valid/honest.def.zip`, of a ledger of ten records; the keys are public and worth nothing. Bytes are in hexadecimal unless a block is text.',
    'A text block ends without a line feed unless it says so. Use it beside `SPEC.md`: where your number differs, the step before it is where to look.',
    ...keysPart(ledger),
    ...recordsPart(ledger),
    ...notePart(files),
    ...multiproofPart(ledger, files),
    ...headsPart(ledger, files),
    ...envelopePart(files),
    ...sealPart(),
    ...containerPart(files),
  ].join('\n')}\n`
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const block = (...lines: string[]): string[] => ['', '```text', ...lines, '```', '']
const wrapped = (bytes: Uint8Array): string[] => hex(bytes).match(/.{1,96}/g) ?? []

function keysPart({ origin, ledgerKey, vkey }: TestLedger): string[] {
  const key = concatBytes(Uint8Array.of(1), ledgerKey.publicKey)
  return [
    '',
    '## 1 The keys (log, sections 5 and 8)',
    ...block(
      `origin                          ${origin}`,
      `ledger key, public              ${hex(ledgerKey.publicKey)}`,
      `id = SHA-256(01 || public)      ${hex(sha256(key))}`,
      `SHA-256(origin 0A 01 public)    ${hex(sha256(utf8(`${origin}\n`), key))}`,
      `vkey                            ${vkey}`,
      `evidence key, public            ${hex(evidenceKey.publicKey)}`,
      `id                              ${evidenceKey.id}`,
    ),
    'The key hash of the vkey, and of a signature line, is the first four bytes of the fourth line.',
  ]
}

function recordsPart(ledger: TestLedger): string[] {
  const { records, genesis } = ledger
  const run = `run-${RUN}`
  const first = records.findIndex(({ stream }) => stream === run)
  const start = concatBytes(utf8('clyra.stream/1\n'), genesis, utf8(run))
  if (hex(sha256(start)) !== streamStart(genesis, run)) throw new Error('the start of a stream')
  return [
    '',
    '## 2 Records, leaves and links (log, sections 2 and 3)',
    '',
    `Record 0, ${records[0]!.bytes.length} bytes:`,
    ...block(text(records[0]!.bytes)),
    'Its leaf, SHA-256 of a byte 00 and these bytes, is the identity of the ledger. The leaves of all records:',
    '',
    '| position | stream | revision | leaf |',
    '|---|---|---|---|',
    ...records.map(({ stream, revision, leaf }, i) => `| ${i} | \`${stream}\` | ${revision} | \`${hex(leaf)}\` |`),
    '',
    `The \`prev\` of record ${first}, the first of its stream, is SHA-256 of`,
    ...block(...wrapped(start)),
    `which is \`${hex(sha256(start))}\`: \`clyra.stream/1\`, a line feed, the genesis leaf as 32 bytes, the name of the stream. The \`prev\` of record`,
    `${records.findIndex(({ stream }, i) => stream === run && i > first)} is the leaf of record ${first}.`,
  ]
}

function notePart(files: ReadonlyMap<string, Uint8Array>): string[] {
  const note = text(files.get('checkpoint')!)
  const end = note.lastIndexOf('\n\n')
  const signature = fromBase64(note.trimEnd().split(' ').at(-1)!)!
  return [
    '',
    '## 3 The checkpoint (log, section 5)',
    '',
    'The file, each line ended by a line feed:',
    ...block(...note.trimEnd().split('\n')),
    `The signed message is the first three lines with their line feeds, ${end + 1} bytes:`,
    ...block(...wrapped(utf8(note.slice(0, end + 1)))),
    `The base64 of the line is the key hash \`${hex(signature.subarray(0, 4))}\` and 64 bytes: R \`${hex(signature.subarray(4, 36))}\`,`,
    `S \`${hex(signature.subarray(36))}\`.`,
  ]
}

function multiproofPart(ledger: TestLedger, files: ReadonlyMap<string, Uint8Array>): string[] {
  const proof = JSON.parse(text(files.get('proof.json')!)) as { positions: string[]; hashes: string[]; size: string } // the maker's own
  const positions = proof.positions.map(Number)
  const steps: string[] = []
  let used = 0
  const walk = (low: number, high: number, depth: number): Uint8Array => {
    const at = `${'  '.repeat(depth)}walk(${low}, ${high})`.padEnd(24)
    const inside = positions.filter((position) => low <= position && position < high)
    if (inside.length === 0) {
      const hash = Uint8Array.from(Buffer.from(proof.hashes[used]!, 'hex'))
      steps.push(`${at} hash ${used++}            ${hex(hash)}`)
      return hash
    }
    if (high - low === 1) {
      const line = positions.indexOf(low)
      steps.push(`${at} leaf of line ${line}    ${hex(ledger.records[low]!.leaf)}`)
      return ledger.records[low]!.leaf
    }
    let k = 1
    while (k * 2 < high - low) k *= 2
    const left = walk(low, low + k, depth + 1)
    const node = nodeHash(left, walk(low + k, high, depth + 1))
    steps.push(`${at} SHA-256(01 ..)    ${hex(node)}`)
    return node
  }
  const root = walk(0, Number(proof.size), 0)
  if (hex(root) !== hex(ledger.root())) throw new Error('the walk does not give the root')
  return [
    '',
    '## 4 The multiproof (section 4)',
    '',
    '`proof.json`:',
    ...block(text(files.get('proof.json')!)),
    'The walk, each node behind its two parts; a node is SHA-256 of a byte 01 and the two hashes that are indented under it, left first:',
    ...block(...steps),
    `The last line is the root of the checkpoint: \`${base64(root)}\` in base64.`,
  ]
}

interface Path {
  readonly stream: string
  readonly head: { readonly revision: string; readonly leaf: string } | null
  readonly siblings: readonly string[]
  readonly other: { readonly key: string; readonly value: string } | null
}

function headsPart(ledger: TestLedger, files: ReadonlyMap<string, Uint8Array>): string[] {
  const heads = JSON.parse(text(files.get('heads.json')!)) as { root: string; position: string; paths: Path[] } // the maker's own
  const of = (stream: string) => heads.paths.find((path) => path.stream === stream)!
  return [
    '',
    '## 5 The paths of stream heads (section 5; log, section 7)',
    '',
    `The heads record at position ${heads.position} states the root of the map of the ${heads.position} records before it. \`heads.json\`:`,
    ...block(text(files.get('heads.json')!)),
    'A stream that is there:',
    ...pathSteps(of(`run-${RUN}`), heads.root),
    'A stream that is not there: another leaf stands in its place, and its key hash begins with the same bits as the one asked for, as many as there are siblings:',
    ...pathSteps(of('ledger-redactions'), heads.root),
    `The head in the path of \`ledger-heads\` is not the heads record itself, which is no part of the map that it states, but the one before it: revision`,
    `${of('ledger-heads').head?.revision ?? 'none'}, and the \`prev\` of record ${ledger.records.length - 1}.`,
  ]
}

const bytes = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits, 'hex'))
const bits = (keyHash: Uint8Array): string => Array.from({ length: 8 }, (_, depth) => bitAt(keyHash, depth)).join('')

function pathSteps({ stream, head, siblings, other }: Path, root: string): string[] {
  const keyHash = headKeyHash(stream)
  const lines = [
    `stream                                ${stream}`,
    `key hash, SHA-256(clyra.head.key/1 0A stream)   ${hex(keyHash)}   begins with bits ${bits(keyHash)}`,
  ]
  let node: Uint8Array
  if (head !== null) {
    const value = headValueHash({ revision: Number(head.revision), leaf: bytes(head.leaf) })
    node = headsLeafHash(keyHash, value)
    lines.push(`u64be(revision)                       ${hex(u64be(Number(head.revision)))}`)
    lines.push(`value hash, SHA-256(clyra.head/1 0A u64be(revision) leaf)   ${hex(value)}`)
  } else {
    node = headsLeafHash(bytes(other!.key), bytes(other!.value))
    lines.push(`the other leaf's key hash             ${other!.key}   begins with bits ${bits(bytes(other!.key))}`)
    lines.push(`the other leaf's value hash           ${other!.value}`)
  }
  lines.push(`leaf node, SHA-256(JMT::LeafNode key value)   ${hex(node)}`)
  for (const [i, sibling] of siblings.entries()) {
    const depth = siblings.length - 1 - i
    const right = bitAt(keyHash, depth) === 1
    node = right ? headsInnerHash(bytes(sibling), node) : headsInnerHash(node, bytes(sibling))
    lines.push(`depth ${depth}, bit ${right ? '1: (sibling, node)' : '0: (node, sibling)'}           ${hex(node)}`)
  }
  if (hex(node) !== root) throw new Error(`the path of ${stream} does not lead to the root`)
  return block(...lines)
}

function envelopePart(files: ReadonlyMap<string, Uint8Array>): string[] {
  // The maker's own envelope.
  const envelope = JSON.parse(text(files.get('manifest.dsse.json')!)) as {
    payload: string
    payloadType: string
    signatures: { sig: string }[]
  }
  const payload = fromBase64(envelope.payload)!
  const message = preAuthEncoding(envelope.payloadType, payload)
  return [
    '',
    '## 6 The manifest and its signature (sections 3 and 7)',
    '',
    `\`manifest.json\`, SHA-256 \`${hex(sha256(files.get('manifest.json')!))}\`:`,
    ...block(text(files.get('manifest.json')!)),
    'The payload of the envelope, decoded:',
    ...block(text(payload)),
    `The signed message has ${message.length} bytes and begins with`,
    ...block(text(message.subarray(0, message.length - payload.length + 9))),
    `The signature of the evidence key over it: \`${hex(fromBase64(envelope.signatures[0]!.sig)!)}\`.`,
  ]
}

function sealPart(): string[] {
  const [id, pointer, value] = [utf8(SEALED_ID), utf8('/data/text'), canonicalBytes(SEALED_VALUE)]
  const preimage = concatBytes(
    utf8('clyra.seal/1\n'),
    u16be(id.length),
    id,
    u16be(pointer.length),
    pointer,
    concatBytes(SALT, u64be(value.length), value),
  )
  const sealed = commitment(SEALED_ID, '/data/text', SALT, SEALED_VALUE)
  if (hex(sha256(preimage)) !== sealed) throw new Error('the commitment')
  return [
    '',
    '## 7 A sealed value (log, section 9)',
    '',
    `Record 6 seals \`${JSON.stringify(SEALED_VALUE)}\` at \`/data/text\` with the salt \`${hex(SALT)}\`. SHA-256 of`,
    ...block(...wrapped(preimage)),
    `is the commitment \`${sealed}\`.`,
  ]
}

function containerPart(files: ReadonlyMap<string, Uint8Array>): string[] {
  const archive = writeArchive(new Map(files))
  const view = new DataView(archive.buffer, archive.byteOffset, archive.length)
  const directory = view.getUint32(archive.length - 6, true)
  const name = view.getUint16(26, true)
  return [
    '',
    '## 8 The container (section 1)',
    '',
    `The archive has ${archive.length} bytes. It begins with the local header and the name of its first file, which that file follows:`,
    ...block(...wrapped(archive.subarray(0, 30 + name))),
    `The directory begins at ${directory}, with the central header and the name of the same file:`,
    ...block(...wrapped(archive.subarray(directory, directory + 46 + name))),
    'The last 22 bytes are the end record:',
    ...block(...wrapped(archive.subarray(-22))),
  ].slice(0, -1)
}
