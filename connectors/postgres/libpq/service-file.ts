import { isRead, type Keyword, type Parameters } from './keywords.js'

/**
 * The parameters of one service of a connection service file ("The Connection Service File"): sections in brackets,
 * `name=value` lines, comments with `#`. Undefined where the file has no such section. Throws TypeError for a line
 * that is none of these; the message holds nothing of the file.
 */
export function serviceParameters(text: string, service: string): Parameters | undefined {
  let inside = false
  let found: Partial<Record<Keyword, string>> | undefined
  for (const line of text.split(/\r?\n/).map((one) => one.trim())) {
    if (line === '' || line.startsWith('#')) continue
    const section = /^\[(.*)\]$/.exec(line)?.[1]
    if (section !== undefined) {
      // The first section of that name is the one.
      inside = section === service && found === undefined
      if (inside) found = {}
      continue
    }
    if (!inside || found === undefined) continue
    const at = line.indexOf('=')
    if (at < 1) throw new TypeError('not a line of a service file')
    const name = line.slice(0, at).trim()
    if (name === 'service') throw new TypeError('a service may not name another')
    if (isRead(name)) found[name] ??= line.slice(at + 1).trim()
  }
  return found
}
