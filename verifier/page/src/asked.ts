import { parseTrustFile, type VerifyBundleOptions, VerifyUsageError } from '../../ts/src/index.js'

/** What the form holds, as it was typed. An empty text asks for nothing. */
export interface Asked {
  /** Lines of a trust file: a vkey, optionally the genesis leaf behind it. */
  readonly keys: string
  readonly genesis: string
  readonly run: string
  readonly minSize: string
  /** Days. */
  readonly maxAge: string
  readonly completeRun: boolean
  readonly warehouse: boolean
}

/** The demands as the verifier takes them. Throws VerifyUsageError: what cannot be understood must not be skipped. */
export function demandsOf(asked: Asked): VerifyBundleOptions {
  const [genesis, run] = [asked.genesis.trim(), asked.run.trim()]
  const minSize = numberIn(asked.minSize, 'the least number of records')
  const days = numberIn(asked.maxAge, 'the greatest age in days')
  return {
    trust: parseTrustFile(asked.keys),
    ...(genesis === '' ? {} : { genesis }),
    ...(run === '' ? {} : { run }),
    ...(minSize === undefined ? {} : { minSize }),
    ...(days === undefined ? {} : { maxAge: days * 86_400 }),
    requireCompleteRun: asked.completeRun,
    requireWarehouse: asked.warehouse,
  }
}

function numberIn(text: string, what: string): number | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  if (!/^\d{1,15}$/.test(trimmed)) throw new VerifyUsageError('OPTION_INVALID', `${what} is not a whole number`)
  return Number(trimmed)
}
