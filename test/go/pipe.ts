import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Case } from './vectors.js'

const SOURCES = fileURLToPath(new URL('./pipe/', import.meta.url))

/** The verifier in Go in one process: cases go in, results come out in the same order. */
export class GoVerifier {
  readonly #child: ChildProcess
  readonly #waiting: ((answer: unknown) => void)[] = []

  private constructor(program: string) {
    const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] })
    createInterface({ input: child.stdout }).on('line', (line) => this.#waiting.shift()?.(JSON.parse(line)))
    // A process that ends leaves nobody waiting: what it did not answer is a difference.
    child.once('close', () => {
      for (const answer of this.#waiting.splice(0)) answer({ error: 'the process ended' })
    })
    this.#child = child
  }

  /** Builds the program into a folder and starts it. Throws with what the compiler said. */
  static start(folder: string): GoVerifier {
    const program = join(folder, 'pipe')
    const { status, stderr } = spawnSync('go', ['build', '-o', program, '.'], { cwd: SOURCES, encoding: 'utf8' })
    if (status !== 0) throw new Error(`go build ended with ${status}\n${stderr}`)
    return new GoVerifier(program)
  }

  /** The result of a case, or `{ error }` where the call is refused. */
  verify({ evidence, options }: Case): Promise<unknown> {
    const { minSize, ...rest } = options
    const size = minSize === undefined ? {} : { minSize: Number(minSize) }
    const given =
      evidence instanceof Uint8Array
        ? { bundle: base64(evidence) }
        : { tiles: Object.fromEntries([...evidence].map(([path, bytes]) => [path, base64(bytes)])) }
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      this.#child.stdin?.write(`${JSON.stringify({ ...rest, ...size, ...given })}\n`)
    })
  }

  end(): void {
    this.#child.stdin?.end()
  }
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
