import { lstatSync, mkdirSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { ALGORITHMS, parseVkey } from '../../crypto/index.js'
import { ClyraError, fromSystemError } from '../../errors/index.js'
import { isMissingFile, readTextSyncBounded, SMALL_FILE_BYTES, type Workbench } from '../../system/index.js'

/** A ledger key that the user trusts, with the ledger's identity where it is pinned too. */
export interface TrustedKey {
  readonly vkey: string
  readonly origin: string
  /** 64 hex digits, the whole SHA-256 of the key: what its owner reads out to compare. */
  readonly fingerprint: string
  readonly genesis: string | null
}

/** One vkey a line, an optional genesis leaf after it, `#` starts a comment. Throws KEY_INVALID with file and line. */
export function parseTrustFile(text: string, path: string): TrustedKey[] {
  return text.split('\n').flatMap((line, index) => {
    const content = line.replace(/(^|\s)#.*$/, '').trim()
    if (content === '') return []
    const [key = '', genesis, ...rest] = content.split(/\s+/)
    try {
      if (rest.length > 0) throw new ClyraError('KEY_INVALID', 'a trust line is a vkey and at most a genesis leaf')
      return [trustedKey(key, genesis)]
    } catch (error) {
      if (!(error instanceof ClyraError)) throw error
      throw new ClyraError('KEY_INVALID', `${path}, line ${index + 1}: ${error.message}`, {
        details: { path, line: index + 1 },
        fix: 'clyra trust list',
      })
    }
  })
}

/** A trusted key from its parts. Throws KEY_INVALID. */
export function trustedKey(text: string, genesis?: string): TrustedKey {
  const { name, keyId, algorithm } = parseVkey(text)
  if (!ALGORITHMS[algorithm].checkpoints)
    throw new ClyraError('KEY_INVALID', `the key of ${name} is no ledger key: checkpoints are signed by Ed25519 alone`)
  if (genesis !== undefined && !/^[0-9a-f]{64}$/.test(genesis)) {
    throw new ClyraError('KEY_INVALID', 'a genesis leaf has 64 lower-case hex digits', { details: { genesis } })
  }
  return { vkey: text, origin: name, fingerprint: keyId, genesis: genesis ?? null }
}

/** The trusted keys of a file; `mustExist` says whether the user named it. */
export function readTrustFile(path: string, mustExist: boolean): TrustedKey[] {
  return parseTrustFile(textOf(path, mustExist) ?? '', path)
}

/** Undefined where there is no such file and none must be. */
function textOf(path: string, mustExist: boolean): string | undefined {
  try {
    return readTextSyncBounded(path, { limit: SMALL_FILE_BYTES, tooLarge: 'KEY_INVALID', what: 'the trust file' })
  } catch (error) {
    if (!mustExist && isMissingFile(error)) return undefined
    throw error
  }
}

/** Adds a line; false where the same key with the same genesis is there. The file is made, 0600, if it is absent. */
export function addToTrustFile(
  workbench: Workbench,
  path: string,
  key: TrustedKey,
  comment: string | undefined,
): boolean {
  const text = textOf(path, false)
  const present = parseTrustFile(text ?? '', path)
  if (present.some((other) => other.vkey === key.vkey && other.genesis === key.genesis)) return false
  const before = text ?? '# Ledger keys that I trust: one vkey a line, optionally its genesis leaf.\n'
  const line = [
    key.vkey,
    ...(key.genesis === null ? [] : [key.genesis]),
    ...(comment === undefined ? [] : [`# ${comment}`]),
  ].join(' ')
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  } catch (error) {
    throw fromSystemError(error, 'make the directory', dirname(path))
  }
  workbench.writeFile(realPath(path), `${before}${before.endsWith('\n') || before === '' ? '' : '\n'}${line}\n`, {
    mode: 0o600,
    replace: true,
  })
  return true
}

/** Where the file itself lies: a trust file may be a link into the folder in which its owner keeps all such files. */
function realPath(path: string): string {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true ? realpathSync(path) : path
}
