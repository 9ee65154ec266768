import { spawn } from 'node:child_process'
import { copyFile, mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { removeFolder } from '../services/index.js'

const here = fileURLToPath(new URL('.', import.meta.url))

/** What an exhaustive search found. */
interface Exploration {
  readonly errors: number
  /** The invariant of the first error, `cycle` for a run in which it never comes true, `undefined` without errors. */
  readonly violated: string | undefined
  readonly states: number
  readonly depth: number
  /** Not cut short by depth, memory or time, and without hashing states to bits. Only of a search without errors. */
  readonly complete: boolean
}

interface ExploreOptions {
  /** Macros without `-D`: `CRASHES=2`, `MANY`, `MUTATE_...`. */
  readonly defines: readonly string[]
  /** Default `ledger.pml`. */
  readonly model?: 'ledger.pml' | 'copies.pml'
  /** A search that is short: compiled faster, run slower. */
  readonly short?: boolean
  readonly depth?: number
  readonly memoryMb?: number
}

interface Claim {
  /** Searches for runs in which, with weak fairness, this never comes true, instead of for broken invariants. */
  readonly claim?: string
}

/** Searches every state of the model. Rejects where spin or the compiler do not take it, or the search breaks off. */
export function explore(options: ExploreOptions & Claim): Promise<Exploration> {
  const { claim } = options
  return compiled(options, claim === undefined ? [] : ['-DNFAIR=3'], (search) =>
    search(claim === undefined ? [] : ['-a', '-f', '-N', claim]),
  )
}

/** What a mutation breaks, and what it breaks in the states in which that holds. */
export function exploreMutation(
  options: ExploreOptions,
): Promise<{ readonly breaks: Exploration; readonly beside: Exploration }> {
  return compiled(options, [], async (search) => ({
    // Without a name it is the first claim of the model.
    breaks: await search([]),
    beside: await search(['-N', 'broken']),
  }))
}

/** Compiles the model once; `use` searches it as often as it likes, each time with options of its own. */
function compiled<T>(
  { defines, model = 'ledger.pml', short = false, depth = 100_000, memoryMb = 3000 }: ExploreOptions,
  checks: readonly string[],
  use: (search: (options: readonly string[]) => Promise<Exploration>) => Promise<T>,
): Promise<T> {
  return inCopy(async (directory) => {
    await run('spin', ['-a', ...defines.map((one) => `-D${one}`), model], directory)
    // Every state is stored whole: of 172 bytes each, COLLAPSE makes nothing smaller, and the search a quarter slower.
    const stored = [...(checks.length === 0 ? ['-DSAFETY'] : checks), `-DMEMLIM=${memoryMb}`]
    await run('gcc', ['-w', short ? '-O0' : '-O1', ...stored, '-o', 'pan', 'pan.c'], directory)
    return use(async (options) => exploration(await run('./pan', [`-m${depth}`, '-n', ...options], directory)))
  })
}

/** One run of the model that chance leads, as printed by it. The same seed gives the same run. */
export function simulate(seed: number, defines: readonly string[], steps: number): Promise<string> {
  const options = [`-n${seed}`, `-u${steps}`, '-T', ...defines.map((one) => `-D${one}`)]
  return inCopy((directory) => run('spin', [...options, 'ledger.pml'], directory))
}

function exploration(text: string): Exploration {
  const found = /State-vector \d+ byte, depth reached (\d+), errors: (\d+)\s+(\d+) states, stored/.exec(text)
  if (found === null) throw new Error(`the search gave no result:\n${text}`)
  const violated =
    /assertion violated (\S+)/.exec(text)?.[1] ?? (text.includes('acceptance cycle') ? 'cycle' : undefined)
  const cut = /max search depth too small|out of memory|interrupted|Bit statespace|hash factor/i.test(text)
  const full = /Full statespace search/.test(text)
  return {
    depth: Number(found[1]),
    errors: Number(found[2]),
    states: Number(found[3]),
    violated,
    complete: full && !cut,
  }
}

/** spin and its programs write beside what they read: each works on a copy of the model. */
async function inCopy<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'clyra-model-'))
  try {
    for (const file of await readdir(here))
      if (file.endsWith('.pml')) await copyFile(join(here, file), join(directory, file))
    return await work(directory)
  } finally {
    await removeFolder(directory)
  }
}

function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    const take = (bytes: Buffer) => {
      text += bytes.toString('latin1')
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.on('error', reject)
    child.on('close', (status) => {
      if (status === 0) resolve(text)
      else reject(new Error(`${command} ended with ${status}:\n${text}`))
    })
  })
}
