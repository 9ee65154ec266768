/** A little of SVG: text, lines and marks in the colours of a light or a dark page. */

export const THEMES = {
  light: { paper: '#ffffff', ink: '#1f2328', soft: '#59636e', grid: '#d8dee4', ours: '#0757c2', theirs: '#8a5a00' },
  dark: { paper: '#0d1117', ink: '#f0f6fc', soft: '#9198a1', grid: '#30363d', ours: '#6cb0ff', theirs: '#e3b04b' },
}

export function svg({ width, height, title, description }, theme, parts) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description" font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif">
<title id="title">${escaped(title)}</title>
<desc id="description">${escaped(description)}</desc>
<rect width="${width}" height="${height}" fill="${theme.paper}"/>
${parts.join('\n')}
</svg>
`
}

/** `anchor`: start, middle, end. `halo`: the paper's colour, around text that a line may cross. */
export function text(x, y, content, { fill, size = 13, anchor = 'start', weight = 400, turn, halo } = {}) {
  const around = halo === undefined ? '' : ` stroke="${halo}" stroke-width="3" paint-order="stroke"`
  const turned = turn === undefined ? '' : ` transform="rotate(${turn} ${round(x)} ${round(y)})"`
  return `<text x="${round(x)}" y="${round(y)}" fill="${fill}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}"${around}${turned}>${escaped(content)}</text>`
}

export const line = (x1, y1, x2, y2, stroke, width = 1) =>
  `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${stroke}" stroke-width="${width}"/>`

/** Filled, or only its rim. */
export const dot = (x, y, colour, paper, filled) =>
  `<circle cx="${round(x)}" cy="${round(y)}" r="5" fill="${filled ? colour : paper}" stroke="${colour}" stroke-width="2"/>`

export const polyline = (points, stroke) =>
  `<polyline points="${points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ')}" fill="none" stroke="${stroke}" stroke-width="2"/>`

const round = (value) => Math.round(value * 10) / 10

const escaped = (content) => String(content).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
