/** Everybody who is asked: our two verifiers, and programs that others wrote. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startGoJudge } from '../differential/session.js'
import { type Damage, ledgerKeyOf, MISSED, REFUSED } from '../foreign/damages.js'
import { goNote, type Judgement, tesseraFsck } from '../foreign/judge.js'
import { python } from '../foreign/python/run.js'
import { makeSampleLedger, type SampleLedger } from '../foreign/sample-ledger.js'
import { TileTree } from '../foreign/tile-tree.js'
import { type Case, caseOf, type Vector, verified } from '../go/vectors.js'
import { lookUp, type ServiceName } from '../services/layout.mjs'
import type { Attack } from './attack.js'
import {
  envelopeOf,
  lastKeyOf,
  manifestKeyOf,
  noteOf,
  type SignedBytes,
  signedEnvelope,
  signedNote,
  spkiOf,
  vectorsOf,
} from './evidence.js'
import { PROOFS } from './proofs.js'

export const COLUMNS = ['typescript', 'go', 'tessera', 'note', 'dsse', 'openssl'] as const
export type Column = (typeof COLUMNS)[number]
const NEEDS: Readonly<Record<Column, ServiceName | undefined>> = {
  typescript: undefined,
  go: 'go',
  tessera: 'go',
  note: 'go',
  dsse: 'foreign-python',
  openssl: 'openssl',
}

/** Why a column cannot be asked here; undefined where it can. */
export function whyAbsent(column: Column): string | undefined {
  const service = NEEDS[column]
  const found = service === undefined ? undefined : lookUp(service)
  return found === undefined || found.present ? undefined : found.detail
}

/** What one program says of one form of an attack. */
export interface Said {
  readonly form: string
  readonly word: Judgement['verdict']
}

/** What all say of a row, and the codes of our verifiers. A column that is absent, or has nothing to read, has no words. */
export interface Judged {
  readonly said: Readonly<Record<Column, readonly Said[]>>
  readonly codes: ReadonlySet<string>
}

const TREE_RECORDS = 900
const VECTORS = fileURLToPath(new URL('../../spec/bundle/test-vectors/', import.meta.url))
const nameOf = (vector: Vector) => vector.name.split('/')[1]!
/** What the caller says of the signature beside the key: the digest, and of RSA-PSS the salt. */
const OPENSSL_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  'ecdsa-p256-sha256': ['-digest', 'sha256'],
  'rsa-pss-3072-sha256': [
    ...['-digest', 'sha256', '-pkeyopt', 'rsa_padding_mode:pss', '-pkeyopt', 'rsa_pss_saltlen:32'],
    ...['-pkeyopt', 'rsa_mgf1_md:sha256'],
  ],
}
const plain = ({ verdict }: Judgement) => verdict

/** A tree to be damaged, a verifier in Go that waits, and a folder; made when a row first needs them. */
export class Judges {
  readonly #folder = mkdtempSync(join(tmpdir(), 'clyra-verification-'))
  readonly #has = (column: Column) => whyAbsent(column) === undefined
  #tree: Promise<{ readonly ledger: SampleLedger; readonly tree: TileTree }> | undefined
  #go: ReturnType<typeof startGoJudge> | undefined

  async close(): Promise<void> {
    await this.#go?.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async judge(row: Attack, passes: boolean): Promise<Judged> {
    const said: Record<Column, Said[]> = { typescript: [], go: [], tessera: [], note: [], dsse: [], openssl: [] }
    const codes = new Set<string>()
    const add = (column: Column, form: string, word: Said['word']) => said[column].push({ form, word })
    const ours = async (form: string, asked: Case) => {
      const { typescript, go, code } = await this.#clyra(form, asked)
      add('typescript', form, typescript)
      if (go !== undefined) add('go', form, go)
      codes.add(code)
    }
    const lists = {
      vectors: vectorsOf(row.vectors, passes),
      tiles: vectorsOf(row.tiles, passes),
      notes: vectorsOf(row.notes, passes),
      noteSignatures: vectorsOf(row.noteSignatures, passes),
      keys: vectorsOf(row.keys, passes),
      envelopes: vectorsOf(row.envelopes, passes),
      envelopeSignatures: vectorsOf(row.envelopeSignatures, passes),
    }
    for (const vector of Object.values(lists).flat()) await ours(nameOf(vector), caseOf(vector))
    if (this.#has('tessera'))
      for (const vector of lists.tiles)
        add('tessera', nameOf(vector), tesseraFsck(join(VECTORS, vector.path), noteOf(vector).vkey).verdict)
    const withNote = [...lists.notes, ...lists.noteSignatures]
    if (this.#has('note'))
      for (const vector of withNote) {
        const { note, vkey } = noteOf(vector)
        add('note', nameOf(vector), goNote(vkey, note).map(plain)[0]!)
      }
    const withEnvelope = [...lists.envelopes, ...lists.envelopeSignatures]
    if (this.#has('dsse') && withEnvelope.length > 0)
      for (const [i, word] of envelopesSaid(withEnvelope).entries()) add('dsse', nameOf(withEnvelope[i]!), word)
    if (this.#has('openssl')) {
      for (const vector of lists.noteSignatures) {
        const { note, vkey } = noteOf(vector)
        add('openssl', nameOf(vector), this.#openssl(signedNote(note, vkey)))
      }
      for (const vector of lists.envelopeSignatures)
        add('openssl', nameOf(vector), this.#openssl(signedEnvelope(vector)))
    }
    if (this.#has('openssl'))
      for (const vector of lists.keys) add('openssl', nameOf(vector), this.#opensslKey(lastKeyOf(vector)))
    for (const damage of damagesOf(row)) {
      const { ledger, tree } = await this.#sample()
      await damage.act(tree, ledgerKeyOf(ledger))
      try {
        await ours(damage.name, { evidence: filesOf(tree.directory), options: { trust: [{ vkey: ledger.vkey }] } })
        if (this.#has('tessera')) add('tessera', damage.name, tesseraFsck(ledger.tiles, ledger.vkey).verdict)
        if (damage.inNote && this.#has('note'))
          add('note', damage.name, goNote(ledger.vkey, tree.read('checkpoint')).map(plain)[0]!)
        if (damage.inSignature && this.#has('openssl'))
          add('openssl', damage.name, this.#openssl(signedNote(tree.read('checkpoint'), ledger.vkey)))
      } finally {
        tree.restore()
      }
    }
    for (const form of row.proofs ?? []) {
      const prove = PROOFS[form]
      if (prove === undefined) throw new Error(`no proof is called ${form}`)
      if (this.#has('note')) add('note', form, plain(await prove()))
    }
    return { said, codes }
  }

  /** Throws where the two give different verdicts or codes. */
  async #clyra(form: string, asked: Case) {
    const { verdict, code } = await verified(asked)
    const word = (one: string | undefined) => (one === 'VALID' ? 'accepted' : 'refused')
    if (!this.#has('go')) return { typescript: word(verdict), go: undefined, code } as const
    this.#go ??= startGoJudge(this.#folder)
    const { evidence, options } = asked
    const said = await this.#go.ask(options, evidence)
    if (said.verdict !== verdict || said.code !== code)
      throw new Error(`${form}: TypeScript says ${verdict} ${code}, Go says ${said.verdict} ${said.code}`)
    return { typescript: word(verdict), go: word(said.verdict), code } as const
  }

  #openssl({ message, signature, alg, key }: SignedBytes): Said['word'] {
    const of = (name: string, bytes: Uint8Array) => {
      const path = join(this.#folder, name)
      writeFileSync(path, bytes)
      return path
    }
    const verify = ['pkeyutl', '-verify', '-pubin', '-keyform', 'DER', '-inkey', of('key', key), '-rawin']
    const files = ['-in', of('message', message), '-sigfile', of('signature', signature)]
    return this.#asked([...verify, ...files, ...(OPENSSL_OPTIONS[alg] ?? [])])
  }

  #opensslKey(key: Buffer): Said['word'] {
    const path = join(this.#folder, 'key')
    writeFileSync(path, key)
    return this.#asked(['pkey', '-pubin', '-inform', 'DER', '-in', path, '-pubcheck', '-noout'])
  }

  #asked(args: readonly string[]): Said['word'] {
    const { status, error } = spawnSync('openssl', args)
    if (error !== undefined) throw error
    return status === 0 ? 'accepted' : 'refused'
  }

  #sample() {
    this.#tree ??= makeSampleLedger(this.#folder, TREE_RECORDS, 3).then((ledger) => ({
      ledger,
      tree: new TileTree(ledger.tiles, ledger.size),
    }))
    return this.#tree
  }
}

/** Securesystemslib's word on each envelope, with the one key that signed it by the word of the ledger. */
function envelopesSaid(vectors: readonly Vector[]): Said['word'][] {
  const lines = vectors.map((vector) => {
    const key = manifestKeyOf(vector)
    const spki = spkiOf(key).toString('base64')
    const pem = `-----BEGIN PUBLIC KEY-----\n${spki.replace(/.{64}/g, '$&\n')}\n-----END PUBLIC KEY-----\n`
    const shown = { alg: key.alg, public: key.alg === 'ed25519' ? key.public : pem }
    return `${JSON.stringify({ envelope: envelopeOf(vector), keyid: key.id, ...shown })}\n`
  })
  const said = python('verify_dsse.py', Buffer.from(lines.join('')))
  return said.map((line) => (line === 'accepted' ? 'accepted' : 'refused'))
}

/** The kinds of damage of a row, and what of the checkpoint they change. */
function damagesOf({ damages = [], noteDamages = [], signatureDamages = [] }: Attack) {
  const find = (name: string): Damage => {
    const found = [...REFUSED, ...MISSED].find((damage) => damage.name === name)
    if (found === undefined) throw new Error(`no damage is called ${name}`)
    return found
  }
  return [
    ...damages.map((name) => ({ ...find(name), inNote: false, inSignature: false })),
    ...noteDamages.map((name) => ({ ...find(name), inNote: true, inSignature: false })),
    ...signatureDamages.map((name) => ({ ...find(name), inNote: true, inSignature: true })),
  ]
}

function filesOf(folder: string): Map<string, Uint8Array> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [relative(folder, path).split(sep).join('/'), new Uint8Array(readFileSync(path))]
    }),
  )
}
