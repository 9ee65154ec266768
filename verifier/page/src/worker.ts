import { VerifyUsageError } from '../../ts/src/index.js'
import { type JudgedEvidence, openEvidence, type ShownRecord } from './evidence.js'
import { type Answer, type Request, SHOWN_AT_ONCE } from './messages.js'
import { tell } from './told.js'
import { UnreadableZip } from './zip.js'

/** Judges in a thread of its own, so that the page answers meanwhile and can end it. Keeps what it judged last. */
let judged: JudgedEvidence | undefined

self.onmessage = async ({ data }: MessageEvent<Request>) => {
  self.postMessage(await answer(data))
}

async function answer(request: Request): Promise<Answer> {
  try {
    if (request.kind === 'judge') {
      judged = await openEvidence(request.file, request.asked)
      const { result, sha256, report, count } = judged
      return { kind: 'judged', told: tell(result), sha256, report, count }
    }
    if (request.kind === 'records') return await recordsFrom(request.from)
    const found = await find(request.text, request.from)
    return found === undefined ? { kind: 'not-found', text: request.text } : await recordsFrom(found)
  } catch (error) {
    return { kind: 'refused', message: sentenceOf(error) }
  }
}

async function recordsFrom(from: number): Promise<Answer> {
  return { kind: 'records', from, records: (await judged?.records(from, SHOWN_AT_ONCE)) ?? [] }
}

async function find(text: string, from: number): Promise<number | undefined> {
  const count = judged?.count ?? 0
  const portions = Math.ceil(count / PORTION) + 1
  for (let i = 0, at = from; i < portions; i++, at = at + PORTION >= count ? 0 : at + PORTION) {
    const records: ShownRecord[] = (await judged?.records(at, PORTION)) ?? []
    const found = records.findIndex((record) => record.text.includes(text))
    if (found >= 0) return at + found
  }
  return undefined
}

/** Records that are looked through at once: those of an entry bundle. */
const PORTION = 256

function sentenceOf(error: unknown): string {
  if (error instanceof VerifyUsageError) return error.message
  if (error instanceof UnreadableZip) return `This zip cannot be read: ${error.message}.`
  return `The file cannot be read, or the verifier itself failed: ${error instanceof Error ? error.message : String(error)}`
}
