import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { removeFolder } from '../services/index.js'

/** The built program, run as its users run it. */
export const PROGRAM = fileURLToPath(new URL('../../dist/program/clyra.js', import.meta.url))
export const PROJECT = fileURLToPath(new URL('../../', import.meta.url))
export const RECORDED = join(PROJECT, 'examples', 'dbt-postgres', 'recorded')
export const FAKE_DBT = fileURLToPath(new URL('./fake-dbt.mjs', import.meta.url))

/** After so long a test says what it waits for. */
const LONG_WAIT_MS = 20_000

export interface Ended {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Options {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

/** A folder of its own for a test, with a home in it, so that nothing of the real user is read or written. */
export function sandbox(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clyra-cli-'))
  mkdirSync(join(folder, 'home'))
  mkdirSync(join(folder, 'project'))
  return folder
}

/** Ends what a test left running in its folder (a dbt whose wrapper was killed), then removes it. */
export const discard = removeFolder

export function environment(folder: string, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: join(folder, 'home'),
    NO_COLOR: '1',
    CLYRA_LOCK_WAIT: '1',
    CLYRA_DBT: FAKE_DBT,
    ...more,
  }
}

/** Runs `clyra <args>` in `<folder>/project` and waits for it. */
export function clyra(folder: string, args: readonly string[], options: Partial<Options> = {}): Ended {
  const ended = spawnSync(process.execPath, [PROGRAM, ...args], {
    cwd: options.cwd ?? join(folder, 'project'),
    env: environment(folder, options.env),
    encoding: 'utf8',
    maxBuffer: 256 << 20,
  })
  return { status: ended.status, signal: ended.signal, stdout: ended.stdout, stderr: ended.stderr }
}

/** The same as a document: `--json` is added, the output is parsed. */
export function clyraJson(folder: string, args: readonly string[], options: Partial<Options> = {}): unknown {
  const ended = clyra(folder, [...args, '--json'], options)
  try {
    return JSON.parse(ended.stdout)
  } catch {
    throw new Error(`clyra ${args.join(' ')} gave no JSON (exit ${ended.status}):\n${ended.stdout}\n${ended.stderr}`)
  }
}

/** Starts without waiting. */
export function startClyra(folder: string, args: readonly string[], options: Partial<Options> = {}): ChildProcess {
  return spawn(process.execPath, [PROGRAM, ...args], {
    cwd: options.cwd ?? join(folder, 'project'),
    env: environment(folder, options.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

export function ended(child: ChildProcess): Promise<Ended> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => {
    stdout += String(chunk)
  })
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk)
  })
  return new Promise((resolve) => child.on('close', (status, signal) => resolve({ status, signal, stdout, stderr })))
}

/** The recorded run as a dbt project left it: `<folder>/project/{target,logs}`. */
export function leaveRun(folder: string, recording: string): void {
  for (const part of ['target', 'logs']) {
    const from = join(RECORDED, recording, part)
    if (existsSync(from)) cpSync(from, join(folder, 'project', part), { recursive: true })
  }
}

/** Every regular file under a folder, with its path. */
export function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesUnder(path)
    return entry.isFile() ? [path] : []
  })
}

/** Files that hold a text, as bytes. */
export function filesWith(folder: string, text: string): string[] {
  const wanted = Buffer.from(text)
  return filesUnder(folder).filter((path) => statSync(path).size > 0 && readFileSync(path).includes(wanted))
}

/** Waits until `condition` holds; what it waits for is said where that takes long, and where it never comes. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = 120_000,
): Promise<void> {
  const begun = performance.now()
  const end = begun + timeoutMs
  let told = begun + LONG_WAIT_MS
  while (!(await condition())) {
    if (performance.now() > told) {
      process.stderr.write(`waits for this: ${what} (${Math.round((told - begun) / 1000)} s)\n`)
      told += LONG_WAIT_MS
    }
    if (performance.now() > end) throw new Error(`never happened: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
