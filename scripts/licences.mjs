/** Licences of what is shipped: permissive, none asks anything of Clyra's users but its notice. SPDX identifiers. */
export const SHIPPED = new Set(['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT'])

/** Licences of what is only run by who works on Clyra, and passed on to nobody: weak copyleft too. */
export const TOOLS = new Set([...SHIPPED, 'MPL-2.0', 'CC0-1.0', 'Python-2.0', 'PSF-2.0', 'Unicode-3.0', 'Unlicense'])

/**
 * Why a licence does not do, or undefined. Takes an SPDX expression of identifiers, AND, OR and parentheses; anything
 * else (a missing licence, an object, `SEE LICENSE IN ...`, WITH) is unknown, and unknown does not do.
 */
export function objection(license, allowed) {
  if (typeof license !== 'string' || license.trim() === '') return 'states no licence'
  const tokens = license.match(/\(|\)|[^\s()]+/g) ?? []
  let at = 0
  const atom = () => {
    if (tokens[at] !== '(') return allowed.has(tokens[at++])
    at++
    const inner = any()
    return tokens[at++] === ')' && inner
  }
  const all = () => {
    let holds = atom()
    while (tokens[at] === 'AND') {
      at++
      holds = atom() && holds
    }
    return holds
  }
  const any = () => {
    let holds = all()
    while (tokens[at] === 'OR') {
      at++
      holds = all() || holds
    }
    return holds
  }
  return any() && at === tokens.length ? undefined : `has the licence ${license}`
}
