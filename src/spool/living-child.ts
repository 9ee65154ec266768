import { join } from 'node:path'
import * as z from 'zod'
import { isThere, processStart, readStateFile } from '../system/index.js'
import { SPOOL_FILES } from './spool-header.js'

const shape = z.object({ pid: z.number().int().positive(), started: z.string().nullable() })

/** The noted process that writes the raw log, if it is still the same one and alive. */
export function livingChild(directory: string): number | undefined {
  const path = join(directory, SPOOL_FILES.child)
  if (!isThere(path)) return undefined
  try {
    const { pid, started } = shape.parse(JSON.parse(readStateFile(path).toString('utf8')))
    process.kill(pid, 0)
    return started === processStart(pid) ? pid : undefined
  } catch {
    // No such process, another user's, or a file that a crash cut off: nobody of ours is writing.
    return undefined
  }
}
