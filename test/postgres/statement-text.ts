/** What can be said of two texts of one statement: dbt's, and the server's. */

/** dbt's query comment, a block comment with JSON at the start. */
const COMMENT = /^\s*\/\*\s*(\{[^*]*\})\s*\*\/\s*/

/** The node that the query comment names: undefined without a comment, null where it names none. */
function commentNode(text: string): string | null | undefined {
  const json = COMMENT.exec(copied(text))?.[1]
  if (json === undefined) return undefined
  const comment: unknown = JSON.parse(json)
  if (typeof comment !== 'object' || comment === null || !('node_id' in comment)) return null
  return comment.node_id === 'internal' ? null : String(comment.node_id)
}

/** The SELECT inside `COPY (...) TO STDOUT (FORMAT binary)`, in which the Rust engine's driver wraps it. */
export function copied(text: string): string {
  return /^COPY \(([\s\S]*)\) TO STDOUT \(FORMAT binary\)$/.exec(text)?.[1] ?? text
}

/** Without query comment, outer white space and the last semicolons. */
export function bare(text: string): string {
  return text
    .replace(COMMENT, '')
    .trim()
    .replace(/[\s;]+$/, '')
}

/** True where the server's text is the record's: whole, or without the comment where the comment names the node. */
export function sameText(server: string, record: string, node: string | null): boolean {
  if (server.trim() === record.trim()) return true
  const inner = copied(server)
  if (inner.trim() === record.trim()) return true
  return COMMENT.test(inner) && bare(inner) === bare(record) && nodeNamed(inner, node)
}

/** True where the text's comment names this node, or where it names none. */
export function nodeNamed(text: string, node: string | null): boolean {
  const named = commentNode(text)
  return named === undefined || named === null || named === node
}

/** True where the text is the INSERT that a cut one with placeholders begins: equal up to the values. */
export function isSeedOf(server: string, record: string): boolean {
  const head = /^\s*insert into [\s\S]*?\bvalues\b/i
  const begun = head.exec(record)?.[0]
  return begun !== undefined && head.exec(server)?.[0] === begun
}
