import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { FEATURES_COMMAND, voiceCounts, voicesOfFeatures } from './features.js'
import type { CommandResult } from './run-engine.js'
import { matrixProject } from './workplace.js'

const result = z.strictObject({
  command: z.string(),
  exitCode: z.number().int().nullable(),
  falseWords: z.array(z.string()),
  /** Findings that are raised, true ones included. */
  findings: z.array(z.string()),
  voices: z.strictObject({ claim: z.number(), log: z.number(), warehouse: z.number() }).nullable(),
})

const results = z.strictObject({
  engine: z.string(),
  /** Of what these results were made with: other content, other results. */
  stamp: z.string(),
  features: z.array(z.tuple([z.string(), z.string().nullable()])),
  commands: z.array(result),
})

/** What one column of the matrix came to, as it is kept until the table is written. */
export type EngineResults = z.infer<typeof results>

const placeOf = (out: string, engine: string) => join(out, engine, 'results.json')

/** The kept results of an engine; undefined where there are none, or where they were made with something else. */
export function keptResults(out: string, engine: string, stamp: string): EngineResults | undefined {
  const path = placeOf(out, engine)
  if (!existsSync(path)) return undefined
  const kept = results.safeParse(JSON.parse(readFileSync(path, 'utf8')))
  return kept.success && kept.data.stamp === stamp ? kept.data : undefined
}

export function keepResults(out: string, kept: EngineResults): void {
  writeFileSync(placeOf(out, kept.engine), `${JSON.stringify(kept, null, 2)}\n`)
}

/** The runs of one engine as a column of the table. */
export function columnOf(engine: string, stamp: string, commands: readonly CommandResult[]): EngineResults {
  const whole = commands.find(({ command }) => command === FEATURES_COMMAND)?.view
  return {
    engine,
    stamp,
    features: whole === undefined ? [] : voicesOfFeatures(whole).map(([title, voices]) => [title, voices]),
    commands: commands.map(({ view, falseWords, ...rest }) => ({
      ...rest,
      falseWords: [...falseWords],
      findings: (view?.findings ?? []).map(({ code }) => code),
      voices: view === undefined ? null : voiceCounts(view),
    })),
  }
}

/** Digest of the built program, the project and these files: what decides the results. */
export function stampOfMatrix(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  const hash = createHash('sha256')
  for (const root of [join(here, '../../dist'), matrixProject, here]) {
    const files = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.(tsbuildinfo|map|br|md)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
    for (const path of files) hash.update(`${path.slice(root.length)}\0`).update(readFileSync(path))
  }
  return hash.digest('hex')
}
