import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { rolldown } from 'rolldown'
import { readArchive } from '../../verifier/ts/src/archive.js'
import { CODES, type ReasonCode, type VerifyResult } from '../../verifier/ts/src/index.js'
import type { VectorOptions } from '../../verifier/ts/test/vectors/index.js'
import { comparable } from '../go/vectors.js'
import { type Answer, type Evidence, JudgeProcess } from './judge-process.js'
import type { KindName } from './kinds.js'
import { logOf } from './logs.js'
import type { Mutant } from './mutant.js'
import { mutantOf } from './mutants.js'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const CACHE = here('../../.cache/differential/')
/** Asked at once, so that neither verifier waits for the other. */
const AT_ONCE = 64

/** What was found of one input. */
export interface Finding {
  readonly number: number
  readonly kind: KindName
  readonly how: string
  readonly what: string
}

export interface Session {
  readonly inputs: number
  readonly kinds: ReadonlyMap<KindName, number>
  readonly seconds: number
  /** How many ended in each stage; `VALID` for those that none refused. */
  readonly stages: ReadonlyMap<string, number>
  readonly codes: ReadonlyMap<string, number>
  readonly findings: readonly Finding[]
  /** The most memory of each verifier, KiB. */
  readonly peaks: Readonly<Record<string, number>>
}

/** The two verifiers, built from the source as it is now, each in a process of its own. */
export async function startJudges(): Promise<readonly [JudgeProcess, JudgeProcess]> {
  mkdirSync(CACHE, { recursive: true })
  const script = join(CACHE, 'judge.mjs')
  const bundle = await rolldown({ input: here('./judge.ts'), platform: 'node' })
  await bundle.write({ file: script, format: 'esm', codeSplitting: false })
  await bundle.close()
  return [new JudgeProcess('the verifier in TypeScript', [process.execPath, script]), startGoJudge(CACHE)]
}

/** The verifier in Go alone; it is built into a folder. */
export function startGoJudge(folder: string, sources = here('../../verifier/go')): JudgeProcess {
  const program = join(folder, 'judge-go')
  execFileSync('go', ['build', '-o', program, './internal/judge'], { cwd: sources, stdio: 'pipe' })
  return new JudgeProcess('the verifier in Go', [program])
}

/** Of so many inputs one is a log. */
const LOGS = 40

/** The numbers of the first so many inputs; of logs alone where that is asked. */
export const firstInputs = (count: number, kind?: 'logs'): readonly number[] =>
  Array.from({ length: count }, (_, i) => (kind === undefined ? i : (i + 1) * LOGS - 1))

/** Asks both about inputs of a seed until `enough` differ, and compares all that they say. */
export async function compareVerifiers(
  judges: readonly [JudgeProcess, JudgeProcess],
  seed: number,
  numbers: readonly number[],
  enough = 20,
): Promise<Session> {
  const begun = performance.now()
  const stages = new Map<string, number>()
  const codes = new Map<string, number>()
  const findings: Finding[] = []
  const kinds = new Map<KindName, number>()
  const count = <K>(map: Map<K, number>, key: K) => map.set(key, (map.get(key) ?? 0) + 1)
  const one = async (number: number): Promise<void> => {
    const input = inputOf(seed, number)
    const [ours, theirs] = await Promise.all(judges.map((judge) => judge.ask(input.options, input.evidence)))
    // Two were asked.
    const what = difference(input, ours!, theirs!)
    if (what !== undefined) findings.push({ number, kind: input.kind, how: input.how, what })
    const { code } = ours!
    count(kinds, input.kind)
    count(codes, code ?? 'refused')
    count(
      stages,
      code === undefined ? 'refused' : code === 'OK' ? 'VALID' : CODES[code as Exclude<ReasonCode, 'OK'>].stage,
    )
  }
  let next = 0
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < numbers.length && findings.length < enough) await one(numbers[next++]!)
    }),
  )
  const peaks = Object.fromEntries(judges.map((judge) => [judge.name, judge.peakKib()]))
  return { inputs: next, kinds, seconds: (performance.now() - begun) / 1000, stages, codes, findings, peaks }
}

/** What both are asked about. */
export interface Input {
  readonly kind: KindName
  readonly how: string
  readonly options: VectorOptions
  readonly evidence: Evidence
  /** Of a bundle that no key of the ledger signed again: the archive, and what it was made from. */
  readonly unsigned?: Pick<Mutant, 'archive' | 'honest'>
}

/** Input number `number` of a seed: a mutant of a bundle, or a log. */
export function inputOf(seed: number, number: number): Input {
  if (number % LOGS < LOGS - 1) {
    const mutant = mutantOf(seed, number)
    const { kind, how, options, archive, signed } = mutant
    return { kind, how, options, evidence: archive, ...(!signed && { unsigned: mutant }) }
  }
  const { files, options } = logOf(seed, number)
  return { kind: 'logs', how: 'a log', options, evidence: files }
}

/** What is wrong with two answers about an input; undefined where nothing is. */
function difference(input: Input, ours: Answer, theirs: Answer): string | undefined {
  const told = ({ verdict, code, refused }: Answer) => (refused === undefined ? `${verdict} ${code}` : 'refused')
  if (told(ours) !== told(theirs)) return `TypeScript says ${told(ours)}, Go says ${told(theirs)}`
  if (isResult(ours) && isResult(theirs)) {
    const [one, other] = [comparable(ours), comparable(theirs)]
    const members = Object.keys({ ...one, ...other })
    const name = members.find((member) => !isDeepStrictEqual(one[member], other[member]))
    if (name !== undefined)
      return `TypeScript says ${name} ${JSON.stringify(one[name])}, Go says ${JSON.stringify(other[name])}`
  }
  if (ours.verdict === 'VALID' && input.unsigned !== undefined && !meansTheSame(input.unsigned))
    return 'VALID, and says something else'
  return undefined
}

const isResult = (answer: Answer): answer is VerifyResult => answer.verdict !== undefined

/** Whether an archive says what the honest one says: only a signature that nobody has to know may differ. */
function meansTheSame({ archive, honest }: Pick<Mutant, 'archive' | 'honest'>): boolean {
  const files = readArchive(archive)
  const text = (bytes: Uint8Array | undefined) => new TextDecoder('latin1').decode(bytes)
  const said = (name: string, bytes: Uint8Array | undefined) => {
    if (name === 'checkpoint') return text(bytes).split('\n\n')[0]
    if (name === 'manifest.dsse.json') return JSON.parse(text(bytes)).payload as string
    return text(bytes)
  }
  return [...honest.files].every(([name, bytes]) => said(name, bytes) === said(name, files.get(name)))
}

/** Keeps an input for whoever looks at it. */
export function keep(seed: number, number: number): void {
  const { evidence, options, how } = inputOf(seed, number)
  const path = join(CACHE, `${seed}-${number}`)
  const files = evidence instanceof Uint8Array ? [[`${path}.def.zip`, evidence] as const] : inFolder(path, evidence)
  for (const [name, bytes] of [...files, [`${path}.json`, JSON.stringify({ how, options }, null, 2)] as const]) {
    mkdirSync(dirname(name), { recursive: true })
    writeFileSync(name, bytes)
  }
}

const inFolder = (folder: string, files: ReadonlyMap<string, Uint8Array>) =>
  [...files].map(([path, bytes]) => [join(folder, path), bytes] as const)
