import { join } from 'node:path'
import * as z from 'zod'
import { isThere, readStateFile, sizeAt } from '../../system/index.js'
import { CHILD_FILE, startOf } from './note-child.js'
import type { SpoolReader } from './spool-reader.js'

const shape = z.object({ pid: z.number().int().positive(), started: z.string().nullable() })

/** Whether a process was ever started for this run: it was noted, or, where a full disk took no note, it wrote its log. */
export function hadChild({ directory, header }: Pick<SpoolReader, 'directory' | 'header'>): boolean {
  if (isThere(join(directory, CHILD_FILE))) return true
  return sizeAt(header.dbt.log) > header.dbt.logStart
}

/** The noted process if it is still the same one and alive. */
export function livingChild(directory: string): number | undefined {
  const path = join(directory, CHILD_FILE)
  if (!isThere(path)) return undefined
  try {
    const { pid, started } = shape.parse(JSON.parse(readStateFile(path).toString('utf8')))
    process.kill(pid, 0)
    return started === startOf(pid) ? pid : undefined
  } catch {
    // No such process, another user's, or a file that a crash cut off: nobody of ours is writing.
    return undefined
  }
}
