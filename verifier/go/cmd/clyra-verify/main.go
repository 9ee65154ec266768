// Command clyra-verify checks evidence bundles and published logs, offline.
package main

import "clyra.dev/verify/internal/command"

func main() { command.Main("clyra-verify") }
