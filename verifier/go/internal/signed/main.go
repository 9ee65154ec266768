// Command signed says what this verifier thinks of single signatures, for tests that hold others beside it.
//
// Standard input: lines "algorithm public message signature", bytes in hex, "-" for none. Standard output: a line each,
// "key signature", true or false: whether the key is acceptable, and whether the signature is one.
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"strings"

	"clyra.dev/verify/internal/signature"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		parts := strings.Fields(lines.Text())
		if len(parts) != 4 {
			fail(fmt.Errorf("%d parts in a line", len(parts)))
		}
		algorithm := signature.Find(parts[0])
		if algorithm == nil {
			fail(fmt.Errorf("no algorithm %s", parts[0]))
		}
		public := decode(parts[1])
		fmt.Fprintln(out, algorithm.IsKey(public), algorithm.Verify(public, decode(parts[2]), decode(parts[3])))
	}
	if err := lines.Err(); err != nil {
		fail(err)
	}
}

func decode(text string) []byte {
	if text == "-" {
		return nil
	}
	decoded, err := hex.DecodeString(text)
	if err != nil {
		fail(err)
	}
	return decoded
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
