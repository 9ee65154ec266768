package main

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// openCheckpoint opens a signed note with Go's note package, and gives the tree that its text names.
func openCheckpoint(text []byte, vkey string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	var checkpoint log.Checkpoint
	rest, err := checkpoint.Unmarshal([]byte(opened.Text))
	if err != nil {
		return tlog.Tree{}, err
	}
	if len(rest) > 0 {
		return tlog.Tree{}, fmt.Errorf("extension lines in the checkpoint: %q", rest)
	}
	if checkpoint.Origin != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("origin %q, key of %q", checkpoint.Origin, verifier.Name())
	}
	tree := tlog.Tree{N: int64(checkpoint.Size)}
	if copy(tree.Hash[:], checkpoint.Hash) != tlog.HashSize || len(checkpoint.Hash) != tlog.HashSize {
		return tlog.Tree{}, fmt.Errorf("a root of %d bytes", len(checkpoint.Hash))
	}
	return tree, nil
}

// checkInclusion takes a C2SP tlog-proof: a version line, an index, hashes, an empty line, the checkpoint.
func checkInclusion(proof, record []byte, vkey string) error {
	head, checkpoint, found := bytes.Cut(proof, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a tlog-proof")
	}
	index, err := number(lines[1], "index ")
	if err != nil {
		return err
	}
	hashes, err := parseHashes(lines[2:])
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(checkpoint, vkey)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(hashes, tree.N, tree.Hash, index, tlog.RecordHash(record))
}

// checkConsistency takes the body of a C2SP tlog-witness add-checkpoint request: the old size, hashes, an empty line,
// the newer checkpoint. The older checkpoint is what the reader had kept.
func checkConsistency(older, proof []byte, vkey string) error {
	head, checkpoint, found := bytes.Cut(proof, []byte("\n\n"))
	if !found {
		return errors.New("not an add-checkpoint body")
	}
	lines := strings.Split(string(head), "\n")
	size, err := number(lines[0], "old ")
	if err != nil {
		return err
	}
	hashes, err := parseHashes(lines[1:])
	if err != nil {
		return err
	}
	old, err := openCheckpoint(older, vkey)
	if err != nil {
		return err
	}
	if size != old.N {
		return fmt.Errorf("a proof from size %d, the kept checkpoint is of %d", size, old.N)
	}
	tree, err := openCheckpoint(checkpoint, vkey)
	if err != nil {
		return err
	}
	return tlog.CheckTree(hashes, tree.N, tree.Hash, old.N, old.Hash)
}

func number(line, prefix string) (int64, error) {
	digits, found := strings.CutPrefix(line, prefix)
	value, err := strconv.ParseInt(digits, 10, 64)
	if !found || err != nil || strconv.FormatInt(value, 10) != digits {
		return 0, fmt.Errorf("%q is not %q and a number", line, prefix)
	}
	return value, nil
}

func parseHashes(lines []string) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, 0, len(lines))
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil || hash.String() != line {
			return nil, fmt.Errorf("%q is not a hash", line)
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}
