/** A text that may hold an address, as it may be shown: the password of an address is not repeated. */
export function withoutPasswords(text: string): string {
  return text.replace(/(\/\/[^\s/:@]*):[^\s/@]*@/g, '$1:***@')
}
