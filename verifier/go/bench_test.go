package verify_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	verify "clyra.dev/verify"
)

// BenchmarkBundle verifies the bundle that CLYRA_BUNDLE names, with the key in CLYRA_KEY pinned.
func BenchmarkBundle(b *testing.B) {
	path := os.Getenv("CLYRA_BUNDLE")
	if path == "" {
		b.Skip("CLYRA_BUNDLE names no bundle")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	o := verify.Options{Trust: []verify.Pin{{VKey: strings.TrimSpace(os.Getenv("CLYRA_KEY"))}}}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := verify.Bundle(bytes.NewReader(data), int64(len(data)), o)
		if err != nil || r.Verdict != "VALID" {
			b.Fatal(err, r)
		}
	}
}
