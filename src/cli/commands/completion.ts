import * as z from 'zod'
import { ClyraError } from '../../errors/index.js'
import { type CommandEntry, defineCommand, type LoadedCommand, loadCommand } from '../command.js'

const SHELLS = ['bash', 'zsh', 'fish'] as const

/** The completion script is made from the same list of commands as the parser. */
export function completionOf(entries: readonly CommandEntry[]) {
  return defineCommand({
    arguments: [{ name: '<shell>', description: SHELLS.join(', ') }],
    flags: [],
    options: z.object({}),
    examples: [
      ['clyra completion bash', 'for ~/.bashrc: source <(clyra completion bash)'],
      ['clyra completion zsh', 'for ~/.zshrc: source <(clyra completion zsh)'],
      ['clyra completion fish', 'for ~/.config/fish/completions/clyra.fish'],
    ],
    json: z.strictObject({ shell: z.enum(SHELLS), script: z.string() }),
    async run(context, [shell = '']) {
      const script = scriptFor(shell, await Promise.all(entries.map(loadCommand)))
      context.output.result({ shell, script }, script)
      return 0
    },
  })
}

function scriptFor(shell: string, specs: readonly LoadedCommand[]): string {
  if (shell === 'bash') return bash(specs)
  if (shell === 'zsh') return `autoload -U +X bashcompinit && bashcompinit\n${bash(specs)}`
  if (shell === 'fish') return fish(specs)
  throw new ClyraError('USAGE', `there is no completion for ${shell}; there is one for ${SHELLS.join(', ')}`, {
    details: { shell },
    fix: 'clyra completion bash',
  })
}

/** For each beginning of a command line (`log`, `log tail`) the words that can follow. */
function following(specs: readonly LoadedCommand[]): ReadonlyMap<string, readonly string[]> {
  const words = new Map<string, Set<string>>([['', new Set(['--help', '--version'])]])
  for (const spec of specs) {
    const path = spec.path.split(' ')
    path.forEach((word, index) => {
      const before = path.slice(0, index).join(' ')
      words.set(before, (words.get(before) ?? new Set()).add(word))
    })
    const own = words.get(spec.path) ?? new Set()
    for (const flag of longFlags(spec)) own.add(flag)
    words.set(spec.path, own)
  }
  return new Map([...words].map(([before, next]) => [before, [...next].sort()]))
}

function longFlags(spec: LoadedCommand): string[] {
  const own = spec.flags.flatMap((flag) => /--[a-z-]+/.exec(flag.flags) ?? [])
  return [...own, '--ledger', '--json', '--quiet', '--verbose', '--help']
}

function bash(specs: readonly LoadedCommand[]): string {
  const cases = [...following(specs)].map(([before, words]) => `    '${before}') words='${words.join(' ')}' ;;`)
  return `# clyra completion for bash
_clyra() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before='' words='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) if _clyra_known "\${before:+$before }$word"; then before="\${before:+$before }$word"; fi ;; esac
  done
  case "$before" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [[ "$current" != -* ]]; then COMPREPLY+=($(compgen -f -- "$current")); fi
}
_clyra_known() {
  case "$1" in ${[...following(specs).keys()]
    .filter((key) => key !== '')
    .map((key) => `'${key}'`)
    .join('|')}) return 0 ;; esac
  return 1
}
complete -F _clyra clyra
`
}

function fish(specs: readonly LoadedCommand[]): string {
  const lines = [...following(specs)].flatMap(([before, words]) =>
    words.map((word) => {
      const condition =
        before === ''
          ? '__fish_use_subcommand'
          : before
              .split(' ')
              .map((part) => `__fish_seen_subcommand_from ${part}`)
              .join('; and ')
      return word.startsWith('--')
        ? `complete -c clyra -n '${condition}' -l ${word.slice(2)}`
        : `complete -c clyra -n '${condition}' -a ${word}`
    }),
  )
  return `# clyra completion for fish\n${lines.join('\n')}\n`
}
