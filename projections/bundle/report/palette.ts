/** The colours of the page. A test computes their contrast: every text pair meets WCAG 2 AA (4.5 : 1), marks and rules for meaning 3 : 1. */
export interface Palette {
  readonly paper: string
  readonly raised: string
  readonly ink: string
  readonly quiet: string
  readonly line: string
  readonly link: string
  readonly good: string
  readonly warn: string
  readonly bad: string
  readonly unknown: string
  readonly badTint: string
  readonly warnTint: string
  readonly noteTint: string
  /** The shadow at the edge behind which a table goes on. */
  readonly edge: string
}

export const LIGHT: Palette = {
  paper: '#fcfbf8',
  raised: '#f4f2ec',
  ink: '#1c1d20',
  quiet: '#585a62',
  line: '#dcd8cd',
  link: '#1b4f7d',
  good: '#1c6440',
  warn: '#7d4c00',
  bad: '#a3231f',
  unknown: '#555a66',
  badTint: '#faeceb',
  warnTint: '#faf1de',
  noteTint: '#edf2f6',
  edge: '#8f8a7c',
}

export const DARK: Palette = {
  paper: '#151719',
  raised: '#1d2024',
  ink: '#e7e5e0',
  quiet: '#a5a8af',
  line: '#373b42',
  link: '#93bfe8',
  good: '#86cba3',
  warn: '#e6b86c',
  bad: '#f29b95',
  unknown: '#b0b5bf',
  badTint: '#331f1e',
  warnTint: '#2f2717',
  noteTint: '#1b242d',
  edge: '#7d828c',
}

/** Which text colours stand on which grounds. */
export const TEXT_PAIRS: readonly (readonly [text: keyof Palette, ground: keyof Palette])[] = [
  ...(['ink', 'quiet', 'link', 'good', 'warn', 'bad', 'unknown'] as const).flatMap((text) =>
    (['paper', 'raised', 'badTint', 'warnTint', 'noteTint'] as const).map((ground) => [text, ground] as const),
  ),
]

/** The palette as CSS custom properties. */
export function variables(palette: Palette): string {
  return Object.entries(palette)
    .map(([role, colour]) => `--${role.replace(/[A-Z]/, (c) => `-${c.toLowerCase()}`)}:${colour}`)
    .join(';')
}
