import { existsSync, type Stats, statSync } from 'node:fs'
import { fromSystemError } from '../errors/index.js'
import { isMissingFile } from './read-file.js'

/* What stands at a path, links followed, asked without opening it. Another may stand there a moment later. */

/** False too where it may not be asked. */
export function isThere(path: string): boolean {
  return existsSync(path)
}

/** Throws, coded, where the system does not say. */
export function isFile(path: string): boolean {
  return statsOf(path)?.isFile() === true
}

/** Throws, coded, where the system does not say. */
export function isDirectory(path: string): boolean {
  return statsOf(path)?.isDirectory() === true
}

/** In bytes; 0 where there is nothing. Throws, coded, where the system does not say. */
export function sizeAt(path: string): number {
  return statsOf(path)?.size ?? 0
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    // A part of the path is a file: below it there is nothing.
    if (isMissingFile(error)) return undefined
    throw fromSystemError(error, 'look at', path)
  }
}
