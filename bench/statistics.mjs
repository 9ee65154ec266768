/** Median with the smallest and the greatest of the rounds. */
export function summary(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  return { median, min: sorted[0], max: sorted[sorted.length - 1] }
}

const grouped = (value) =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')

/** "41,200 (38,900-42,000)" */
export const rate = (values) => spread(summary(values), grouped)
/** "1.21 (1.02-1.30)" */
export const ratio = (values) => spread(summary(values), (value) => value.toFixed(2))
/** "12.3 ms (11.9-14.0)" */
export const milliseconds = (values) => {
  const { median, min, max } = summary(values)
  return `${median.toFixed(1)} ms (${min.toFixed(1)}-${max.toFixed(1)})`
}

function spread({ median, min, max }, format) {
  return `${format(median)} (${format(min)}-${format(max)})`
}
