/** Text as an SQL string, whatever `standard_conforming_strings` says. Throws SQLSTATE 22021 for NUL, as a server would. */
export function literal(text: string): string {
  if (text.includes('\0')) throw Object.assign(new Error('a text with NUL cannot be sent'), { code: '22021' })
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`
  return text.includes('\\') ? `E${quoted}` : quoted
}

/** Texts as an SQL `text[]`. */
export function literals(texts: readonly string[]): string {
  return `array[${texts.map(literal).join(', ')}]::text[]`
}

/** An identifier as SQL ("Identifiers and Key Words"): any character but NUL, which the catalogue cannot hold. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
