// Package vector reads the options of golden vectors (bundle, section 12) as the verifier takes them.
package vector

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"time"

	verify "clyra.dev/verify"
)

// Options are a vector's options as JSON states them. Bytes are base64.
type Options struct {
	Trust                                                  []struct{ VKey, Genesis string }
	Origin, Genesis, Run                                   *string
	Checkpoints                                            [][]byte
	Keys                                                   []source
	MinSize                                                string
	MaxAge                                                 *uint64
	Now                                                    string
	Artifacts                                              map[string][]byte
	RequireArtifacts, RequireCompleteRun, RequireWarehouse bool
}

// Read gives the options of a verification.
func (given Options) Read() (verify.Options, error) {
	o := verify.Options{
		Origin: given.Origin, Genesis: given.Genesis, Run: given.Run,
		Checkpoints: given.Checkpoints, MaxAge: given.MaxAge,
		RequireArtifacts: given.RequireArtifacts, RequireCompleteRun: given.RequireCompleteRun,
		RequireWarehouse: given.RequireWarehouse,
	}
	for _, pin := range given.Trust {
		o.Trust = append(o.Trust, verify.Pin{VKey: pin.VKey, Genesis: pin.Genesis})
	}
	for _, each := range given.Keys {
		if err := each.addTo(&o); err != nil {
			return o, err
		}
	}
	var err error
	if given.Now != "" {
		if o.Now, err = time.Parse(time.RFC3339, given.Now); err != nil {
			return o, err
		}
	}
	if given.MinSize != "" {
		size, err := strconv.ParseUint(given.MinSize, 10, 64)
		if err != nil {
			return o, err
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
	return o, nil
}

// source is one source of later keys: a bundle, or the size of a log with its key records.
type source struct{ json.RawMessage }

// addTo adds the source to the options of a verification.
func (s source) addTo(o *verify.Options) error {
	if s.RawMessage[0] == '"' {
		var bundle []byte
		err := json.Unmarshal(s.RawMessage, &bundle)
		o.Later = append(o.Later, bundle)
		return err
	}
	var given struct {
		Size    uint64 `json:",string"`
		Records []struct {
			Position uint64 `json:",string"`
			Bytes    []byte
		}
	}
	if err := json.Unmarshal(s.RawMessage, &given); err != nil {
		return err
	}
	history := verify.KeyHistory{Size: given.Size}
	for _, each := range given.Records {
		history.Records = append(history.Records, verify.KeyRecord(each))
	}
	o.Histories = append(o.Histories, history)
	return nil
}
