import { randomBytes } from 'node:crypto'
import { link, lstat, readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { base64, equalBytes, fromBase64, fromHex, hex } from '../../canonical/index.js'
import { ClyraError, fromSystemError } from '../../errors/index.js'
import type { EncryptedValue } from '../../events/index.js'
import type { Vault } from '../../ports/index.js'
import { isMissingFile, openStateHandle, readStateFileLater } from '../../system/index.js'
import { destroyFile } from './destroy-file.js'
import { ensureDirectory, replaceFile, syncDirectory, writeFlushed } from './durable-file.js'

const SHAPE_KEY = 'shape.key'
const OLD_FINGERPRINT_KEY = 'fingerprint.key'

export interface FileVaultOptions {
  readonly directory: string
  /** False: sealed values are not kept at all, only commitments to them remain. Default true. */
  readonly keepValues?: boolean
  readonly random?: (bytes: number) => Uint8Array
}

/**
 * The vault in a directory, every file 0600: `<subject>.key` (hex), `<subject>.values` (a line of JSON each),
 * `<subject>.erased` (empty), and `shape.key`; of earlier builds `fingerprint.key`. Overwriting and deleting key and values
 * is the erasure: what a copy-on-write file system or another copy still holds is beyond it.
 */
export class FileVault implements Vault {
  readonly #directory: string
  readonly #keepValues: boolean
  readonly #random: (bytes: number) => Uint8Array

  constructor({
    directory,
    keepValues = true,
    random = (bytes) => new Uint8Array(randomBytes(bytes)),
  }: FileVaultOptions) {
    this.#directory = directory
    this.#keepValues = keepValues
    this.#random = random
  }

  async subjectKey(subject: string): Promise<Uint8Array | undefined> {
    const text = await this.#read(this.#path(subject, 'key'))
    return text === undefined ? undefined : parseKey(text, subject)
  }

  async putSubjectKey(subject: string, key: Uint8Array): Promise<void> {
    if (key.length !== 32) throw failed('a subject key has 32 bytes', subject)
    if (await this.erased(subject)) throw failed('the subject was erased; no key is taken for it again', subject)
    const there = await this.subjectKey(subject)
    if (there !== undefined) {
      if (!equalBytes(there, key)) throw failed('another key is kept for the subject', subject)
      return
    }
    await this.#write(this.#path(subject, 'key'), `${hex(key)}\n`)
  }

  async putValues(subject: string, values: readonly EncryptedValue[]): Promise<void> {
    if (!this.#keepValues || values.length === 0) return
    if (await this.erased(subject)) throw failed('the subject was erased; no value is taken for it again', subject)
    const known = new Set((await this.values(subject)).map(({ id, pointer }) => `${id} ${pointer}`))
    const lines = values
      .filter(({ id, pointer }) => !known.has(`${id} ${pointer}`))
      .map(({ id, pointer, iv, ciphertext, tag }) =>
        JSON.stringify({ id, pointer, iv: base64(iv), ciphertext: base64(ciphertext), tag: base64(tag) }),
      )
    if (lines.length > 0) await this.#append(this.#path(subject, 'values'), `${lines.join('\n')}\n`)
  }

  async values(subject: string): Promise<EncryptedValue[]> {
    const text = (await this.#read(this.#path(subject, 'values'))) ?? ''
    const lines = text.split('\n')
    // A last line without its end is what a crash left of a write that was never acknowledged.
    lines.pop()
    return lines.map((line) => parseValue(line, subject))
  }

  async erase(subject: string): Promise<void> {
    // First the mark: after a crash in between no key is taken for the subject again, and it can be erased again.
    await this.#write(this.#path(subject, 'erased'), '')
    try {
      for (const name of await this.#secretsOf(subject)) await destroyFile(join(this.#directory, name))
      await syncDirectory(this.#directory)
    } catch (error) {
      throw failed('its key could not be destroyed', subject, error)
    }
  }

  /** Whether anything of a subject lies here, also what a killed process left of writing it. */
  async holds(subject: string): Promise<boolean> {
    try {
      return (await this.#secretsOf(subject)).length > 0
    } catch (error) {
      if (isMissingFile(error)) return false
      throw failed('the vault cannot be read', subject, error)
    }
  }

  async erased(subject: string): Promise<boolean> {
    try {
      return (await lstat(this.#path(subject, 'erased'))).isFile()
    } catch (error) {
      if (isMissingFile(error)) return false
      throw failed('the vault cannot be read', subject, error)
    }
  }

  async shapeKey(): Promise<Uint8Array> {
    const path = join(this.#directory, SHAPE_KEY)
    const there = await this.#read(path)
    if (there !== undefined) return parseKey(there, 'shape')
    const key = this.#random(32)
    await ensureDirectory(this.#directory)
    try {
      // Of two processes that make it at once one wins, and both use that one. Under its name the key is always whole.
      const temporary = `${path}.${randomBytes(8).toString('hex')}.tmp`
      try {
        await writeFlushed(temporary, Buffer.from(`${hex(key)}\n`))
        await link(temporary, path)
      } finally {
        await rm(temporary, { force: true })
      }
      await syncDirectory(this.#directory)
      return key
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return this.shapeKey()
      throw failed('the key of shapes could not be written', 'shape', error)
    }
  }

  async oldFingerprintKey(): Promise<Uint8Array | undefined> {
    const text = await this.#read(join(this.#directory, OLD_FINGERPRINT_KEY))
    return text === undefined ? undefined : parseKey(text, 'fingerprint')
  }

  async eraseOldFingerprintKey(): Promise<void> {
    await destroyFile(join(this.#directory, OLD_FINGERPRINT_KEY))
    await syncDirectory(this.#directory)
  }

  /** The files that hold its key and values, also unfinished ones. */
  async #secretsOf(subject: string): Promise<string[]> {
    const own = ['key', 'values'].map((kind) => basename(this.#path(subject, kind)))
    return (await readdir(this.#directory)).filter((name) => own.some((one) => name.startsWith(one)))
  }

  /** The subject becomes a file name: anything else is refused here. */
  #path(subject: string, kind: string): string {
    if (!/^[A-Za-z0-9_-]{1,100}$/.test(subject)) throw failed('it cannot name a subject', subject)
    return join(this.#directory, `${subject}.${kind}`)
  }

  async #read(path: string): Promise<string | undefined> {
    try {
      return (await readStateFileLater(path)).toString('utf8')
    } catch (error) {
      if (isMissingFile(error)) return undefined
      throw new ClyraError('VAULT_FAILED', `the vault cannot read ${path}: ${fromSystemError(error, 'read').message}`, {
        details: { path },
        cause: error,
      })
    }
  }

  async #write(path: string, text: string): Promise<void> {
    try {
      await ensureDirectory(this.#directory)
      await replaceFile(path, Buffer.from(text))
    } catch (error) {
      throw new ClyraError(
        'VAULT_FAILED',
        `the vault cannot write ${path}: ${fromSystemError(error, 'write').message}`,
        { details: { path }, cause: error },
      )
    }
  }

  async #append(path: string, text: string): Promise<void> {
    try {
      await ensureDirectory(this.#directory)
      const file = await openStateHandle(path, 'a+')
      try {
        await endLastLine(file)
        await file.appendFile(text)
        await file.datasync()
      } finally {
        await file.close()
      }
      await syncDirectory(this.#directory)
    } catch (error) {
      throw new ClyraError(
        'VAULT_FAILED',
        `the vault cannot write ${path}: ${fromSystemError(error, 'write').message}`,
        { details: { path }, cause: error },
      )
    }
  }
}

/** Cuts off a line that a crash left unfinished, before more is appended. */
async function endLastLine(file: import('node:fs/promises').FileHandle): Promise<void> {
  const { size } = await file.stat()
  if (size === 0) return
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
  if (buffer[0] === 0x0a) return
  const whole = await file.readFile()
  await file.truncate(whole.lastIndexOf(0x0a) + 1)
}

function parseKey(text: string, subject: string): Uint8Array {
  if (!/^[0-9a-f]{64}\n$/.test(text)) throw failed('its key file is damaged', subject)
  return fromHex(text.slice(0, 64))
}

function parseValue(line: string, subject: string): EncryptedValue {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null) {
      // Any object may be asked for a member; what comes back is checked.
      const { id, pointer, iv, ciphertext, tag } = value as Readonly<Record<string, unknown>>
      if (
        typeof id === 'string' &&
        typeof pointer === 'string' &&
        typeof iv === 'string' &&
        typeof ciphertext === 'string' &&
        typeof tag === 'string'
      ) {
        return { id, pointer, iv: fromBase64(iv), ciphertext: fromBase64(ciphertext), tag: fromBase64(tag) }
      }
    }
  } catch (cause) {
    throw failed('a kept value is damaged', subject, cause)
  }
  throw failed('a kept value is damaged', subject)
}

function failed(why: string, subject: string, cause?: unknown): ClyraError {
  return new ClyraError('VAULT_FAILED', `vault, subject ${JSON.stringify(subject)}: ${why}`, {
    details: { subject },
    cause,
  })
}
