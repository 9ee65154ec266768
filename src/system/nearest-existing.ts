import { existsSync } from 'node:fs'
import { dirname } from 'node:path'

/** The path itself, or the first folder above it that is there: what a failed write removed again is no place to look at. */
export function nearestExisting(path: string): string {
  for (let at = path; ; at = dirname(at)) if (existsSync(at) || dirname(at) === at) return at
}
