import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'
import * as z from 'zod'

/** What dbt leaves of a run, by the name under which `readDbtRun` takes it. */
const LEFT_FILES = ['log', 'otel', 'queryLog', 'manifest', 'runResults', 'sources'] as const
export type LeftFile = (typeof LEFT_FILES)[number]

const command = z.strictObject({
  command: z.string(),
  /** The run id that the wrapper gave. */
  run: z.string(),
  exitCode: z.number().int().nullable(),
  /** Keys of `texts`. A file of an earlier run that still lay there is here too, as dbt left it. */
  files: z.partialRecord(z.enum(LEFT_FILES), z.string()),
  /** What the wrapper and the warehouse added to the run: records of `run.started`, anchors, snapshots, `run.exited`. */
  others: z.array(
    z.object({
      id: z.string(),
      type: z.string(),
      source: z.string(),
      time: z.string(),
      data: z.record(z.string(), z.unknown()),
    }),
  ),
  /** `schema.name` of all that the database had after the run; null where nobody was asked. */
  relations: z.array(z.string()).nullable(),
})

const recording = z.strictObject({
  /** `1.8-postgres` */
  engine: z.string(),
  commands: z.array(command),
  texts: z.record(z.string(), z.string()),
})

export type RecordedCommand = z.infer<typeof command>
/** The runs of one engine, as one file: each text once, all compressed together, since runs resemble each other. */
export type Recording = z.infer<typeof recording>

const WINDOW = { [constants.BROTLI_PARAM_LARGE_WINDOW]: 1, [constants.BROTLI_PARAM_LGWIN]: 27 }

/** The same recording gives the same bytes. */
export function packRecording(content: Recording): Uint8Array {
  const bytes = Buffer.from(JSON.stringify(content))
  const params = { ...WINDOW, [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
  return brotliCompressSync(bytes, { params })
}

/** Throws where the bytes are no recording. */
export function unpackRecording(bytes: Uint8Array): Recording {
  const text = brotliDecompressSync(bytes, {
    params: { [constants.BROTLI_DECODER_PARAM_LARGE_WINDOW]: 1 },
    maxOutputLength: 256 << 20,
  })
  return recording.parse(JSON.parse(text.toString('utf8')))
}

/** A recording with some of its commands run again; texts that no command has any more are gone. */
export function withCommandsOf(before: Recording, fresh: Recording): Recording {
  const again = new Map(fresh.commands.map((one) => [one.command, one]))
  const commands = before.commands.map((one) => again.get(one.command) ?? one)
  const texts = { ...before.texts, ...fresh.texts }
  const keys = new Set(commands.flatMap(({ files }) => Object.values(files)))
  return {
    engine: before.engine,
    commands,
    texts: Object.fromEntries(Object.entries(texts).filter(([key]) => keys.has(key))),
  }
}
