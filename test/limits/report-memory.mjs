// Preloaded into a program: at its end it writes the most memory that it had, in KiB, to CLYRA_MEMORY_FILE.
import { writeFileSync } from 'node:fs'

process.on('exit', () => {
  writeFileSync(process.env.CLYRA_MEMORY_FILE, String(process.resourceUsage().maxRSS))
})
