package verify_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"testing"
	"time"

	verify "clyra.dev/verify"
)

// vectors is where the golden vectors of the specification lie.
const vectors = "../../spec/bundle/test-vectors"

// vector is one golden vector: what is verified, how, and the one answer.
type vector struct {
	Name, Kind, Path, Shows string
	Options                 struct {
		Trust                                                  []struct{ VKey, Genesis string }
		Origin, Genesis, Run                                   *string
		Checkpoints, Keys                                      [][]byte
		MinSize                                                string
		MaxAge                                                 *uint64
		Now                                                    string
		Artifacts                                              map[string][]byte
		RequireArtifacts, RequireCompleteRun, RequireWarehouse bool
	}
	Expect struct {
		Verdict, Code string
		Run           json.RawMessage
	}
}

func readVectors(t testing.TB) []vector {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(vectors, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var index struct{ Vectors []vector }
	if err := json.Unmarshal(data, &index); err != nil {
		t.Fatal(err)
	}
	return index.Vectors
}

func (v vector) options(t testing.TB) verify.Options {
	t.Helper()
	given := v.Options
	o := verify.Options{
		Origin: given.Origin, Genesis: given.Genesis, Run: given.Run,
		Checkpoints: given.Checkpoints, Later: given.Keys, MaxAge: given.MaxAge,
		RequireArtifacts: given.RequireArtifacts, RequireCompleteRun: given.RequireCompleteRun,
		RequireWarehouse: given.RequireWarehouse,
	}
	for _, pin := range given.Trust {
		o.Trust = append(o.Trust, verify.Pin{VKey: pin.VKey, Genesis: pin.Genesis})
	}
	var err error
	if given.Now != "" {
		if o.Now, err = time.Parse(time.RFC3339, given.Now); err != nil {
			t.Fatal(err)
		}
	}
	if given.MinSize != "" {
		size, err := strconv.ParseUint(given.MinSize, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		o.MinSize = &size
	}
	if given.Artifacts != nil {
		o.Artifact = func(sha256 string) (io.ReadCloser, error) {
			if data, ok := given.Artifacts[sha256]; ok {
				return io.NopCloser(bytes.NewReader(data)), nil
			}
			return nil, nil
		}
	}
	return o
}

func (v vector) verify(t testing.TB) *verify.Result {
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
