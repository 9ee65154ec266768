package verify_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	verify "clyra.dev/verify"
	"clyra.dev/verify/spec"
)

// key signs the vectors' checkpoints.
const key = "vectors.clyra.internal+f7c483ab+ATFWw6qulA6VnBOmPTZpw1TqrL+/cFRj56YKVZpgWMVK"

// Whatever the bytes are, there is a verdict with a code that leads to it, and an INVALID result shows nothing.
func FuzzBundle(f *testing.F) {
	for _, name := range []string{"valid/opening", "valid/embedded-artifact", "valid/first-heads-record", "forged/siblings-padded"} {
		seed, err := os.ReadFile(filepath.Join(vectors, name+".def.zip"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := verify.Bundle(bytes.NewReader(data), int64(len(data)), verify.Options{Trust: []verify.Pin{{VKey: key}}})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(spec.Known.Verdicts, r.Verdict) {
			t.Fatal(r.Verdict)
		}
		if r.Code != "OK" && spec.Known.Reason(r.Code).Verdict != r.Verdict || (r.Code == "OK") != (r.Verdict == "VALID") {
			t.Fatal(r.Verdict, r.Code)
		}
		if r.Verdict == "INVALID" && (r.Ledger != nil || r.Run != nil || r.Size != nil || r.Records != 0 || len(r.Keys)+len(r.Warnings) > 0) {
			t.Fatal("an INVALID result speaks of the contents")
		}
	})
}

// An option that cannot be read is an error of the call, with a code, and no verdict.
func TestOptionErrors(t *testing.T) {
	text, tooLarge := "zz", uint64(1<<53)
	for code, o := range map[string]verify.Options{
		"KEY_INVALID":        {Trust: []verify.Pin{{VKey: "x"}}},
		"CHECKPOINT_INVALID": {Checkpoints: [][]byte{[]byte("x")}},
		"OPTION_INVALID":     {Genesis: &text},
		"OPTION_INVALID ":    {MinSize: &tooLarge},
		"KEY_INVALID ":       {Trust: []verify.Pin{{VKey: key, Genesis: text}}},
	} {
		r, err := verify.Bundle(bytes.NewReader(nil), 0, o)
		option, ok := err.(*verify.OptionError)
		if r != nil || !ok || option.Code != string(bytes.TrimSpace([]byte(code))) {
			t.Error(code, r, err)
		}
	}
}

// A verdict of an archive above the limit needs none of its bytes.
func TestTooLargeIsNotRead(t *testing.T) {
	r, err := verify.Bundle(nil, spec.Known.Limits.ArchiveBytes+1, verify.Options{})
	if err != nil || r.Code != "CONTAINER_TOO_LARGE" {
		t.Error(r, err)
	}
}
