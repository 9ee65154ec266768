// Command pipe verifies what it is sent, for tests: a JSON document a line on standard input, each answered by the
// result, or by the error of the call, on a line of standard output.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"log"
	"os"
	"testing/fstest"
	"time"

	verify "clyra.dev/verify"
)

// request is one verification: a bundle, or the files of a tiles directory, with options like those of a golden vector.
type request struct {
	Bundle                                                 []byte
	Tiles                                                  map[string][]byte
	Trust                                                  []struct{ VKey, Genesis string }
	Origin, Genesis, Run                                   *string
	Checkpoints, Keys                                      [][]byte
	MinSize, MaxAge                                        *uint64
	Now                                                    time.Time
	Artifacts                                              map[string][]byte
	RequireArtifacts, RequireCompleteRun, RequireWarehouse bool
}

func main() {
	in := bufio.NewReader(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if err == io.EOF {
			return
		}
		var r request
		if err == nil {
			err = json.Unmarshal(line, &r)
		}
		if err == nil {
			err = out.Encode(r.answer())
		}
		if err != nil {
			log.Fatal(err)
		}
	}
}

func (r request) answer() any {
	result, err := r.verify()
	if err != nil {
		return map[string]string{"error": err.Error()}
	}
	return result
}

func (r request) verify() (*verify.Result, error) {
	o := verify.Options{
		Origin: r.Origin, Genesis: r.Genesis, Run: r.Run, Checkpoints: r.Checkpoints, Later: r.Keys,
		MinSize: r.MinSize, MaxAge: r.MaxAge, Now: r.Now, RequireArtifacts: r.RequireArtifacts,
		RequireCompleteRun: r.RequireCompleteRun, RequireWarehouse: r.RequireWarehouse,
		Artifact: func(sha256 string) (io.ReadCloser, error) {
			if data, ok := r.Artifacts[sha256]; ok {
				return io.NopCloser(bytes.NewReader(data)), nil
			}
			return nil, nil
		},
	}
	for _, pin := range r.Trust {
		o.Trust = append(o.Trust, verify.Pin{VKey: pin.VKey, Genesis: pin.Genesis})
	}
	if r.Tiles == nil {
		return verify.Bundle(bytes.NewReader(r.Bundle), int64(len(r.Bundle)), o)
	}
	files := fstest.MapFS{}
	for name, data := range r.Tiles {
		files[name] = &fstest.MapFile{Data: data}
	}
	return verify.Tiles(files, o)
}
