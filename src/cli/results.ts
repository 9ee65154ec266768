import * as z from 'zod'
import { type CommandEntry, loadCommand } from './command.js'

/** The document that `--json` prints when a command fails. */
const failureDocument = z.strictObject({
  error: z.strictObject({
    code: z.string().regex(/^[A-Z_]+$/),
    message: z.string(),
    try: z.string().nullable(),
    details: z.looseObject({}),
  }),
})

/** JSON Schema 2020-12 of everything that `--json` prints, by file name in `spec/cli/`. */
export async function resultSchemas(entries: readonly CommandEntry[]): Promise<ReadonlyMap<string, object>> {
  const commands = await Promise.all(entries.map(loadCommand))
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
    ...commands.map((command) =>
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
