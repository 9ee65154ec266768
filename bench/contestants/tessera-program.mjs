import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Where the Go program that appends to Tessera lies, and where it is built to. */
export const TESSERA_SOURCE = join(root, 'bench', 'tessera')
export const TESSERA_PROGRAM = join(root, '.cache', 'bench-tessera', 'tessera-bench')
