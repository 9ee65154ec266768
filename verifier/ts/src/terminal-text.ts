/**
 * What steers a terminal instead of being seen: control characters but tab and line feed, bidirectional and other
 * format characters, what is invisible by default, line and paragraph separators, lone surrogates.
 */
const UNSEEN = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/**
 * Everything in the text shown, nothing obeyed: each UTF-16 unit of such a character as `\uXXXX`. Inside the strings of
 * a JSON text that is an escape of the same character.
 */
export function visible(text: string): string {
  return text.replace(UNSEEN, escaped)
}

/** The same for what must stay one line. */
export function oneLine(text: string): string {
  return visible(text).replace(/[\t\n]/g, escaped)
}

function escaped(character: string): string {
  let units = ''
  for (let i = 0; i < character.length; i++) units += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`
  return units
}
