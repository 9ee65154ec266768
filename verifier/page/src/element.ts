import { visible } from '../../ts/src/terminal-text.js'

/**
 * The one way to the page: a text is a text and never markup, whatever it says, and what could not be seen in it or
 * would turn the reading direction is written out.
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value)
  made.append(...children.map((child) => (typeof child === 'string' ? visible(child) : child)))
  return made
}
