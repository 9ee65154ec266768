// Command ed25519 says what Go thinks of Ed25519 signatures.
//
// Standard input: lines of hex, "public signature message" with "-" for an empty message. Standard output: a line each,
// "plain strict": what crypto/ed25519 says, and whether key and signature are also what strict verification asks for,
// decided on the curve itself instead of by a list of encodings.
package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"os"
	"strings"

	"filippo.io/edwards25519"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		parts := strings.Fields(lines.Text())
		if len(parts) != 3 {
			fail(fmt.Errorf("%d parts in a line", len(parts)))
		}
		public, signature, message := decode(parts[0]), decode(parts[1]), decode(parts[2])
		plain := len(public) == ed25519.PublicKeySize && ed25519.Verify(public, message, signature)
		fmt.Fprintln(out, plain, isStrict(public, signature))
	}
	if err := lines.Err(); err != nil {
		fail(err)
	}
}

// isStrict says whether S is reduced and A and R are canonical encodings of points whose order does not divide 8.
func isStrict(public, signature []byte) bool {
	if len(signature) != ed25519.SignatureSize || !isStrictPoint(public) || !isStrictPoint(signature[:32]) {
		return false
	}
	_, err := edwards25519.NewScalar().SetCanonicalBytes(signature[32:])
	return err == nil
}

func isStrictPoint(encoded []byte) bool {
	point, err := new(edwards25519.Point).SetBytes(encoded)
	if err != nil || !bytes.Equal(point.Bytes(), encoded) {
		return false
	}
	return new(edwards25519.Point).MultByCofactor(point).Equal(edwards25519.NewIdentityPoint()) == 0
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
