import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { readFileBounded } from '../../system/index.js'
import type { Context } from '../context.js'
import { outputPath } from '../output-path.js'
import { facts } from '../table.js'
import { PACKAGE_FOLDER } from '../version.js'

const PAGE_FILE = { limit: 1 << 20, tooLarge: 'IO_FAILED', what: 'the verifier page' } as const

/** Writes the verifier as one HTML file, the very bytes that were built, and says their digest. */
export async function writePage(context: Context, given = 'clyra-verify.html', replace = false): Promise<void> {
  const page = outputPath(context.environment.cwd, given)
  const bytes = await readFileBounded(join(PACKAGE_FOLDER, 'dist', 'page', 'clyra-verify.html'), PAGE_FILE)
  context.workbench.writeFile(page, bytes, { mode: 0o644, replace })
  const document = { page, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
  context.output.result(document, () =>
    facts([
      ['page', page],
      ['size', `${document.size} bytes`],
      ['sha256', document.sha256],
    ]),
  )
}
