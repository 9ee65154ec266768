import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('./holder.mjs', import.meta.url))

/** A program that holds a ledger and appends a little itself. */
export interface HoldingProgram {
  readonly child: ChildProcess
  /** Settles with the path of its socket once others can use it. */
  readonly ready: Promise<string>
  /** What it was acknowledged itself, as `<position> <id>`; whole lines only. */
  acknowledged(): string[]
  /** Asks it to close and waits for that. */
  stop(): Promise<number | null>
}

/** How it holds the ledger: see holder.mjs. */
export type Holding = 'serve' | 'alone' | 'restless'

export function holdAndServe(state: string, how: Holding = 'serve'): HoldingProgram {
  const child = spawn(process.execPath, [PROGRAM, state, how], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] ?? '' },
  })
  let said = ''
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const ready = new Promise<string>((resolve) => {
    child.stdout.on('data', (part: Buffer) => {
      said += part.toString('utf8')
      const path = /^ready (.*)\n/m.exec(said)?.[1]
      if (path !== undefined) resolve(path)
    })
  })
  return {
    child,
    ready,
    acknowledged: () => [...said.matchAll(/^ack (.*)\n/gm)].map((line) => line[1] ?? ''),
    stop() {
      child.kill('SIGTERM')
      return ended
    },
  }
}
