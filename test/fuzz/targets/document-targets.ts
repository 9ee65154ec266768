import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import * as fc from 'fast-check'
import { canonicalBytes } from '../../../verifier/ts/src/canonical.js'
import { readDocuments } from '../../../verifier/ts/src/documents.js'
import { Offences } from '../../../verifier/ts/src/refusal.js'
import { bundleFiles } from '../../../verifier/ts/test/bundle-maker.js'
import { RUN, SALT, SEALED_VALUE, sampleLedger } from '../../../verifier/ts/test/sample-ledger.js'
import { accepted, outcomeLater, refused, type Target } from '../engine/target.js'
import { naiveDocument } from '../naive/naive-documents.js'
import { admittedValue, bytesOf } from './generators.js'
import { refusalCode } from './json-targets.js'

const OPENINGS = [
  { position: '6', pointer: '/data/text', salt: Buffer.from(SALT).toString('hex'), value: SEALED_VALUE },
]
const FILES = bundleFiles(sampleLedger(), RUN, { openings: OPENINGS })
const text = (file: string) => Buffer.from(FILES.get(file)!).toString('utf8')

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

/** Every place in a document, by the names and indices that lead to it. */
function places(value: Json, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (value === null || typeof value !== 'object') return [path]
  const inner = Array.isArray(value)
    ? value.flatMap((item, i) => places(item, [...path, i]))
    : Object.entries(value).flatMap(([name, item]) => places(item, [...path, name]))
  return [path, ...inner]
}

function replace(
  value: Json,
  [step, ...rest]: readonly (string | number)[],
  change: (old: Json) => Json | undefined,
): Json | undefined {
  if (step === undefined) return change(value)
  if (Array.isArray(value)) {
    return value.flatMap((item, i) => (i === step ? (replace(item, rest, change) ?? []) : [item]))
  }
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).flatMap(([name, item]): [string, Json][] => {
    const next = name === step ? replace(item, rest, change) : item
    return next === undefined ? [] : [[name, next]]
  })
  return Object.fromEntries(entries)
}

const VALUES: readonly Json[] = [
  null,
  true,
  0,
  1,
  -1,
  '',
  '0',
  '1',
  '01',
  '9007199254740991',
  '9007199254740992',
  [],
  {},
  'x',
  '00'.repeat(32),
  'FF'.repeat(32),
  '00'.repeat(31),
  'run-x',
  'ledger-keys',
  'a/../b',
  '/data/text',
  '/data/~2',
  '~',
  '/',
  '2025-02-30T00:00:00.000Z',
  '2025-01-01T00:00:00Z',
  'clyra.bundle/1',
  'pef',
  'def',
]

/** A document with a few places changed, left out, doubled, or given another member; written as RFC 8785 says. */
function changed(file: string): fc.Arbitrary<Uint8Array> {
  // Documents are JSON.
  const document = JSON.parse(text(file)) as Json
  const change = fc.tuple(
    fc.constantFrom(...places(document)),
    fc.constantFrom('value', 'value', 'any', 'remove', 'add', 'double', 'reverse'),
    fc.constantFrom(...VALUES),
    admittedValue,
  )
  return fc.array(change, { maxLength: 3 }).map((changes) => {
    let one: Json = document
    for (const [path, kind, value, any] of changes) {
      const next = replace(one, path, (old) => {
        // An admitted value is a JSON value.
        if (kind === 'any') return any as Json
        if (kind === 'remove') return undefined
        if (kind === 'double' && Array.isArray(old)) return [...old, ...old]
        if (kind === 'reverse' && Array.isArray(old)) return [...old].reverse()
        if (kind === 'add' && typeof old === 'object' && old !== null && !Array.isArray(old))
          return { ...old, x: value }
        return value
      })
      one = next ?? null
    }
    return bytesOf(canonicalize(one) ?? '')
  })
}

/** The files of a bundle with one document exchanged, and the manifest listing it as it is. */
function filesWith(file: string, bytes: Uint8Array): Map<string, Uint8Array> {
  const files = new Map(FILES)
  files.set(file, bytes)
  if (file === 'manifest.json' || file === 'manifest.dsse.json') return files
  const manifest = JSON.parse(text('manifest.json'))
  for (const entry of manifest.files) {
    if (entry.path !== file) continue
    entry.size = String(bytes.length)
    entry.sha256 = createHash('sha256').update(bytes).digest('hex')
  }
  return files.set('manifest.json', canonicalBytes(manifest))
}

const NAMES = ['proof.json', 'heads.json', 'openings.json', 'manifest.dsse.json', 'manifest.json'] as const

export const targets: readonly Target[] = NAMES.map((file) => ({
  name: file,
  seeds: [FILES.get(file)!],
  words: ['"', ',', '{}', '[]', '"x":1,', 'null', '00', '"0"', '\\u0061', ' '],
  structured: changed(file),
  real: (bytes) =>
    outcomeLater(
      async () => {
        const offences = new Offences()
        await readDocuments(filesWith(file, bytes), offences)
        offences.settle()
        return ''
      },
      (error) => {
        const code = refusalCode(error)
        // What the manifest lists is not the bundle's files: a manifest that was read.
        return file === 'manifest.json' && code?.startsWith('FILE_') ? 'listed otherwise' : code
      },
    ).then((outcome) => (!outcome.accepted && outcome.code === 'listed otherwise' ? accepted('') : outcome)),
  naive: (bytes) => {
    const code = naiveDocument(file, bytes)
    return code === undefined ? accepted('') : refused(code)
  },
  compareCodes: true,
  weight: 0.6,
}))
