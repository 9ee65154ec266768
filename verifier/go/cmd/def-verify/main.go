// Command def-verify checks evidence bundles and published logs, offline.
package main

import "clyra.dev/verify/internal/command"

func main() { command.Main("def-verify") }
