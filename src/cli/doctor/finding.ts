import * as z from 'zod'

/** One thing that `clyra doctor` looked at, with a command to paste where there is something to do. */
export const finding = z.strictObject({
  check: z.string(),
  status: z.enum(['ok', 'warn', 'fail']),
  message: z.string(),
  fix: z.string().nullable(),
})
export type Finding = z.infer<typeof finding>
