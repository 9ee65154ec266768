import type { Environment } from './dbt-flags.js'

export type Resolved =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly reason: 'template' | 'variable-missing'; readonly variable?: string }

const EXPRESSION = /\{\{([\s\S]*?)\}\}/g
const ENV_VAR =
  /^\s*env_var\(\s*(?:'([^'\\]*)'|"([^"\\]*)")\s*(?:,\s*(?:'([^'\\]*)'|"([^"\\]*)"|([0-9]+))\s*)?\)\s*((?:\|\s*(?:int|float|string|trim|as_number|as_native|as_text|as_bool)\s*(?:\(\s*\))?\s*)*)$/

/**
 * Resolves the one template that a profile commonly has, `{{ env_var('NAME') }}` with an optional default and type
 * filters, alone or inside other text. Everything else (expressions, statements, other functions) is refused rather
 * than guessed: `template`. A variable that is not set and has no default: `variable-missing` with its name.
 */
export function resolveTemplate(text: string, env: Environment): Resolved {
  if (text.includes('{%') || text.includes('{#')) return { ok: false, reason: 'template' }
  let failed: Resolved | undefined
  const value = text.replace(EXPRESSION, (_, expression: string) => {
    const call = ENV_VAR.exec(expression)
    if (call === null) {
      failed ??= { ok: false, reason: 'template' }
      return ''
    }
    const name = call[1] ?? call[2] ?? ''
    const found = env[name] ?? call[3] ?? call[4] ?? call[5]
    if (found === undefined) failed ??= { ok: false, reason: 'variable-missing', variable: name }
    const filters = call[6] ?? ''
    return /\b(int|float|trim|as_number)\b/.test(filters) ? (found ?? '').trim() : (found ?? '')
  })
  if (failed !== undefined) return failed
  return value.includes('{{') || value.includes('}}') ? { ok: false, reason: 'template' } : { ok: true, value }
}
