/** Median with the smallest and the greatest of the values. */
export function summary(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  return { median, min: sorted[0], max: sorted[sorted.length - 1] }
}

export const median = (values) => summary(values).median

/** The value below which the share `p` of them lies (nearest rank). */
export function percentile(values, p) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)]
}

/** p50, p99 and the greatest of them. */
export const latency = (values) => ({
  count: values.length,
  p50: percentile(values, 0.5),
  p99: percentile(values, 0.99),
  max: percentile(values, 1),
})

/** 1234567 -> "1,234,567" */
export const grouped = (value) =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')

/** "41,200 (38,900-42,000)" */
export const rate = (values) => spread(values, grouped)
/** "1.21 (1.02-1.30)" */
export const ratio = (values) => spread(values, (value) => value.toFixed(2))
/** "12.3 ms (11.9-14.0)" */
export const milliseconds = (values) => {
  const { median, min, max } = summary(values)
  return `${median.toFixed(1)} ms (${min.toFixed(1)}-${max.toFixed(1)})`
}

function spread(values, format) {
  const { median, min, max } = summary(values)
  return values.length === 1 ? format(median) : `${format(median)} (${format(min)}-${format(max)})`
}
