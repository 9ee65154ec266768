package verify

import (
	"fmt"
	"io"
	"time"

	"clyra.dev/verify/internal/jcs"
	"clyra.dev/verify/internal/note"
)

// Pin is a ledger's key that the caller trusts, and the ledger (leaf of record 0, hexadecimal) that it is trusted
// for; an empty Genesis is any ledger of the key's origin.
type Pin struct {
	VKey    string
	Genesis string
}

// Options are what the caller trusts and demands. The zero value trusts nobody and demands nothing.
type Options struct {
	// Trust are pinned keys. Any one of them is enough.
	Trust []Pin
	// Origin, Genesis and Run name the ledger and the run that are asked for; nil asks for none.
	Origin, Genesis, Run *string
	// Checkpoints are notes that the caller holds.
	Checkpoints [][]byte
	// Later are newer bundles of the same ledger, which tell of its keys; Histories tell of them where the caller has the
	// ledger itself.
	Later     [][]byte
	Histories []KeyHistory
	// MinSize is the least size of the log; nil demands none.
	MinSize *uint64
	// MaxAge is the greatest age of the last record in seconds; nil demands none.
	MaxAge *uint64
	// Now is the instant to judge the age by; the zero time is the clock.
	Now time.Time
	// Artifact opens an artefact at hand by its SHA-256, and gives nil where there is none. Nil where none is at hand.
	Artifact func(sha256 string) (io.ReadCloser, error)
	// RequireArtifacts demands that each external artefact is at hand.
	RequireArtifacts bool
	// RequireCompleteRun demands a complete run.
	RequireCompleteRun bool
	// RequireWarehouse demands that the warehouse was asked about the run, or need not be.
	RequireWarehouse bool
}

// OptionError says which option cannot be read, and a code for it: KEY_INVALID, CHECKPOINT_INVALID or OPTION_INVALID.
// It is an error of the call and no verdict.
type OptionError struct{ Code, Problem string }

func (e *OptionError) Error() string { return e.Problem }

// pin is a pin that was read.
type pin struct {
	key     note.Key
	genesis *jcs.Hash
}

// call is the options as far as they were read.
type call struct {
	Options
	pins      []pin
	genesis   *jcs.Hash
	held      []note.Checkpoint
	histories []*keySource
}

// greatestSize is the greatest number that a position, a size or an age may be.
const greatestSize = 1<<53 - 1

func (o Options) read() (*call, error) {
	c := &call{Options: o}
	for _, given := range o.Trust {
		read, err := given.read()
		if err != nil {
			return nil, err
		}
		c.pins = append(c.pins, read)
	}
	if o.Genesis != nil {
		genesis, ok := jcs.ParseHash([]byte(*o.Genesis))
		if !ok {
			return nil, &OptionError{"OPTION_INVALID", fmt.Sprintf("genesis is not 64 lower-case hexadecimal digits: %q", *o.Genesis)}
		}
		c.genesis = &genesis
	}
	for _, file := range o.Checkpoints {
		_, checkpoint, code := note.ParseCheckpoint(file)
		if code != "" {
			return nil, &OptionError{"CHECKPOINT_INVALID", "a checkpoint to compare with is none: " + code}
		}
		c.held = append(c.held, checkpoint)
	}
	for _, given := range o.Histories {
		history, err := given.read()
		if err != nil {
			return nil, err
		}
		c.histories = append(c.histories, history)
	}
	if o.MinSize != nil && *o.MinSize > greatestSize || o.MaxAge != nil && *o.MaxAge > greatestSize {
		return nil, &OptionError{"OPTION_INVALID", "a least size or greatest age is out of its range"}
	}
	return c, nil
}

func (p Pin) read() (read pin, err error) {
	key, ok := note.ParseKey(p.VKey)
	if !ok {
		return read, &OptionError{"KEY_INVALID", fmt.Sprintf("not an Ed25519 vkey (name+hash+base64): %q", p.VKey)}
	}
	if p.Genesis == "" {
		return pin{key, nil}, nil
	}
	genesis, ok := jcs.ParseHash([]byte(p.Genesis))
	if !ok {
		return read, &OptionError{"KEY_INVALID", fmt.Sprintf("the genesis leaf pinned with %s is not 64 lower-case hexadecimal digits", p.VKey)}
	}
	return pin{key, &genesis}, nil
}

// now is the instant to judge by, to the millisecond.
func (c *call) now() time.Time {
	if c.Now.IsZero() {
		return time.Now().Truncate(time.Millisecond)
	}
	return c.Now.Truncate(time.Millisecond)
}
