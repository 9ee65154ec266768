import { utf8 } from '../../src/bytes.js'
import { vectors } from './index.js'

/**
 * The files of `spec/bundle/test-vectors`: path -> bytes, `index.json` and `SHA256SUMS` included. Bundles are
 * `<group>/<name>.def.zip` or `.pef.zip`, logs are directories `<group>/<name>/`.
 */
export function vectorFiles(sha256Hex: (bytes: Uint8Array) => string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  const index = vectors().map(({ group, name, shows, options, verdict, code, run, profile = 'def', evidence }) => {
    const archive = evidence instanceof Uint8Array
    const path = `${group}/${name}${archive ? `.${profile}.zip` : ''}`
    if (archive) files.set(path, evidence)
    else for (const [file, bytes] of evidence) files.set(`${path}/${file}`, bytes)
    return {
      name: `${group}/${name}`,
      kind: archive ? 'bundle' : 'tiles',
      path,
      shows,
      options,
      expect: { verdict, code, ...(run && { run }) },
    }
  })
  const lines = index.map((vector) => JSON.stringify(vector)).join(',\n')
  files.set('index.json', utf8(`{"format":"clyra.test-vectors/1","vectors":[\n${lines}\n]}\n`))
  const paths = [...files.keys()].sort()
  files.set('SHA256SUMS', utf8(paths.map((path) => `${sha256Hex(files.get(path)!)}  ${path}\n`).join('')))
  return files
}
