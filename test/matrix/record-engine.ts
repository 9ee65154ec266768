import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { LeftFile, RecordedCommand, Recording } from './recording.js'
import { reducedArtifact } from './reduced-artifact.js'
import type { SeenRun } from './seen-run.js'
import type { Workplace } from './workplace.js'

const PLACES: Readonly<Record<LeftFile, readonly [folder: 'log' | 'target', name: string]>> = {
  log: ['log', 'dbt.log'],
  otel: ['log', 'otel.jsonl'],
  queryLog: ['log', 'query_log.sql'],
  manifest: ['target', 'manifest.json'],
  runResults: ['target', 'run_results.json'],
  sources: ['target', 'sources.json'],
}

/** Not from dbt's files: what a replay cannot make again. */
const OTHERS = /^dev\.clyra\.(run\.(started|exited)|anchor\.[a-z]+|snapshot\.[a-z]+)\.v[0-9]+$/

/** Collects the runs of one engine while they happen. */
export class EngineRecorder {
  readonly #commands: RecordedCommand[] = []
  readonly #texts: Record<string, string> = {}
  readonly #engine: string

  constructor(engine: string) {
    this.#engine = engine
  }

  /** To be called after each command, before the next changes the folder. Throws where a path of this machine is left. */
  add(
    place: Workplace,
    ended: { command: string; exitCode: number | null; seen: SeenRun; relations: readonly string[] | null },
  ): void {
    const files: Partial<Record<LeftFile, string>> = {}
    for (const [file, [folder, name]] of Object.entries(PLACES) as [LeftFile, (typeof PLACES)[LeftFile]][]) {
      const path = join(folder === 'log' ? place.keptLog : join(place.project, 'target'), name)
      if (!existsSync(path)) continue
      const text = reducedArtifact(file, neutral(readFileSync(path, 'utf8'), place))
      const key = createHash('sha256').update(text).digest('hex').slice(0, 16)
      this.#texts[key] = text
      files[file] = key
    }
    const others = ended.seen.records
      .filter(({ event }) => OTHERS.test(event.type))
      .map(({ event: { id, type, source, time, data } }) => ({ id, type, source, time: time ?? '', data }))
    this.#commands.push({
      command: ended.command,
      run: ended.seen.view.run,
      exitCode: ended.exitCode,
      files,
      others: JSON.parse(neutral(JSON.stringify(others), place)) as RecordedCommand['others'],
      relations: ended.relations === null ? null : [...ended.relations].sort(),
    })
  }

  get recording(): Recording {
    return { engine: this.#engine, commands: this.#commands, texts: this.#texts }
  }
}

/** Replaces every path and name of this machine, the longest first. */
function neutral(text: string, { folder }: Workplace): string {
  const replaced = [
    [folder, '/srv/clyra'],
    [process.env['HOME'] ?? '', '/srv/clyra/home'],
    [hostname(), 'clyra-host'],
  ]
    .reduce((result, [from = '', by = '']) => (from.length < 2 ? result : result.replaceAll(from, by)), text)
    // The engines lie in `.cache`, which may be reached by several ways.
    .replaceAll(/\/[^\s"'=:]*\/\.cache(?=\/)/g, '/srv/clyra/engines')
  const left = replaced.replaceAll(/\/srv\/clyra[^\s"']*/g, '').match(/\/(root|home|tmp|work)\/[^\s"']*/)
  if (left !== null) throw new Error(`a path of this machine is left in the recording: ${left[0]}`)
  return replaced
}
