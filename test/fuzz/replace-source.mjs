import { readFileSync } from 'node:fs'

/** A plugin that loads one source file with a piece of its text replaced: a reader with a hole. Fails where it is not found. */
export function replacing({ file, from, to }, root) {
  const path = `${root}${file}`
  return {
    name: 'replace-source',
    enforce: 'pre',
    load(id) {
      if (id.split('?')[0] !== path) return undefined
      const source = readFileSync(path, 'utf8')
      if (source.split(from).length !== 2) throw new Error(`${file} does not hold this text exactly once: ${from}`)
      return source.replace(from, () => to)
    },
  }
}
