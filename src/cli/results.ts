import * as z from 'zod'
import { COMMANDS } from './commands/index.js'

/** The document that `--json` prints when a command fails. */
export const failureDocument = z.strictObject({
  error: z.strictObject({
    code: z.string().regex(/^[A-Z_]+$/),
    message: z.string(),
    try: z.string().nullable(),
    details: z.looseObject({}),
  }),
})

/** JSON Schema 2020-12 of everything that `--json` prints, by file name in `spec/cli/`. */
export function resultSchemas(): ReadonlyMap<string, object> {
  const named = (name: string, title: string, description: string, schema: z.ZodType): [string, object] => [
    `${name}.schema.json`,
    {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `https://clyra.dev/spec/cli/${name}.schema.json`,
      title,
      description,
      ...withoutDialect(z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'output', unrepresentable: 'any' })),
    },
  ]
  return new Map([
    ...COMMANDS.map((command) =>
      named(
        command.path.replaceAll(' ', '-'),
        `clyra ${command.path} --json`,
        command.streams
          ? 'Each line of standard output is one such document.'
          : 'Standard output is one such document.',
        command.json,
      ),
    ),
    named(
      'error',
      'clyra --json, failed',
      'Standard output of any command that ends with a coded error.',
      failureDocument,
    ),
  ])
}

function withoutDialect(schema: object): object {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== '$schema'))
}
