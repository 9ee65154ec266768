package verify_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	verify "clyra.dev/verify"
	"clyra.dev/verify/internal/vector"
)

// vectors is where the golden vectors of the specification lie.
const vectors = "../../spec/bundle/test-vectors"

// golden is one golden vector: what is verified, how, and the one answer.
type golden struct {
	Name, Kind, Path, Shows string
	Options                 vector.Options
	Expect                  struct {
		Verdict, Code string
		Run           json.RawMessage
	}
}

func readVectors(t testing.TB) []golden {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(vectors, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var index struct{ Vectors []golden }
	if err := json.Unmarshal(data, &index); err != nil {
		t.Fatal(err)
	}
	return index.Vectors
}

func (v golden) options(t testing.TB) verify.Options {
	t.Helper()
	o, err := v.Options.Read()
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (v golden) verify(t testing.TB) *verify.Result {
	t.Helper()
	path := filepath.Join(vectors, v.Path)
	if v.Kind == "tiles" {
		r, err := verify.Tiles(os.DirFS(path), v.options(t))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := verify.Bundle(bytes.NewReader(data), int64(len(data)), v.options(t))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Each golden vector has the verdict, the code and, where it is about that, the run that the specification expects.
func TestGoldenVectors(t *testing.T) {
	for _, v := range readVectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			r := v.verify(t)
			if r.Verdict != v.Expect.Verdict || r.Code != v.Expect.Code {
				t.Errorf("%s: %s %s, expected %s %s", v.Shows, r.Verdict, r.Code, v.Expect.Verdict, v.Expect.Code)
			}
			if v.Expect.Run != nil && !sameJSON(t, r.Run, v.Expect.Run) {
				run, _ := json.Marshal(r.Run)
				t.Errorf("%s: run %s, expected %s", v.Shows, run, v.Expect.Run)
			}
		})
	}
}

func sameJSON(t testing.TB, value any, expected json.RawMessage) bool {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if json.Unmarshal(data, &a) != nil || json.Unmarshal(expected, &b) != nil {
		t.Fatal("not JSON")
	}
	return reflect.DeepEqual(a, b)
}
