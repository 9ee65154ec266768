import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { median } from '../statistics.mjs'
import { contestant, medianRatio } from './figures.mjs'
import { page } from './page.mjs'
import { plotAppend } from './plot-append.mjs'
import { plotGrowth } from './plot-growth.mjs'
import { headline } from './sections.mjs'
import { THEMES } from './svg.mjs'

/** Writes docs/performance.md with its plots, and the two figures of the README; gives the page's text. */
export function publish(root, result) {
  const history = JSON.parse(readFileSync(join(root, 'bench', 'history.json'), 'utf8'))
  const text = page(result, { history, plots: true })
  mkdirSync(join(root, 'docs', 'performance'), { recursive: true })
  for (const [name, plot] of [
    ['append', plotAppend],
    ['growth', plotGrowth],
  ]) {
    for (const [scheme, theme] of Object.entries(THEMES))
      writeFileSync(join(root, 'docs', 'performance', `${name}-${scheme}.svg`), plot(result, theme))
  }
  writeFileSync(join(root, 'docs', 'performance.md'), text)
  const readme = join(root, 'README.md')
  writeFileSync(readme, withHeadline(readFileSync(readme, 'utf8'), result))
  return text
}

const [BEGIN, END] = ['<!-- bench:headline -->', '<!-- /bench:headline -->']

/** The text with what stands between the two marks replaced; as it is where there are none. */
function withHeadline(text, result) {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (from < 0 || to < from) return text
  const perSecond = median(contestant(result, 1_000, 'clyra').settled)
  const lines = headline(result, medianRatio(result, 1_000, 'clyra', 'sqlite'), perSecond)
  return `${text.slice(0, from)}${BEGIN}\n${lines}\n${text.slice(to)}`
}
