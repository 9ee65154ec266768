import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { page } from './page.mjs'

/** Writes docs/performance.md; gives its text. */
export function publish(root, result) {
  const history = JSON.parse(readFileSync(join(root, 'bench', 'history.json'), 'utf8'))
  const text = page(result, { history })
  writeFileSync(join(root, 'docs', 'performance.md'), text)
  return text
}
