package verify_test

import (
	"bytes"
	"slices"
	"testing"

	verify "clyra.dev/verify"
)

// What is no history of a ledger's keys is an error of the call, whatever the evidence is.
func TestKeyHistory(t *testing.T) {
	all := readVectors(t)
	given := all[slices.IndexFunc(all, func(v golden) bool { return v.Name == "valid/key-records" })].options(t).Histories[0]
	if _, err := verify.Bundle(bytes.NewReader(nil), 0, verify.Options{Histories: []verify.KeyHistory{given}}); err != nil {
		t.Fatal(err)
	}
	last := len(given.Records) - 1
	for name, change := range map[string]func(*verify.KeyHistory){
		"no size":                 func(h *verify.KeyHistory) { h.Size = 0 },
		"too large a size":        func(h *verify.KeyHistory) { h.Size = 1 << 53 },
		"nothing":                 func(h *verify.KeyHistory) { h.Records = nil },
		"no genesis record":       func(h *verify.KeyHistory) { h.Records = h.Records[1:] },
		"genesis elsewhere":       func(h *verify.KeyHistory) { h.Records[0].Position = 1 },
		"a record left out":       func(h *verify.KeyHistory) { h.Records = slices.Delete(h.Records, 1, 2) },
		"a record twice":          func(h *verify.KeyHistory) { h.Records = append(h.Records, h.Records[last]) },
		"not behind each other":   func(h *verify.KeyHistory) { h.Records[last].Position = h.Records[last-1].Position },
		"beyond the size":         func(h *verify.KeyHistory) { h.Records[last].Position = h.Size },
		"a record that is none":   func(h *verify.KeyHistory) { h.Records[last].Bytes = []byte("{") },
		"another stream's record": func(h *verify.KeyHistory) { h.Records[last].Bytes = h.Records[0].Bytes },
	} {
		changed := verify.KeyHistory{Size: given.Size, Records: slices.Clone(given.Records)}
		change(&changed)
		r, err := verify.Bundle(bytes.NewReader(nil), 0, verify.Options{Histories: []verify.KeyHistory{changed}})
		if option, ok := err.(*verify.OptionError); r != nil || !ok || option.Code != "OPTION_INVALID" {
			t.Error(name, r, err)
		}
	}
}
