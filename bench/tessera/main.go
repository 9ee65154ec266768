// Command tessera-bench appends entries to a Tessera 1.0.4 POSIX log and says how long that took, or checks such a log.
//
//	tessera-bench append -dir D -entries FILE -from N -batch B
//	tessera-bench check  -dir D -entries FILE -count N
//
// An entries file is (u32 little-endian length, bytes)*. One JSON object is written to stdout, only after what was
// written has been read back. Exit status 1: something is not as it should be, and no figure is printed.
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

const origin = "bench.tessera.internal"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) < 2 {
		return errors.New("append or check")
	}
	flags := flag.NewFlagSet(os.Args[1], flag.ContinueOnError)
	dir := flags.String("dir", "", "directory of the log")
	file := flags.String("entries", "", "entries to append, or all that must be there")
	from := flags.Uint64("from", 0, "size of the log before")
	count := flags.Uint64("count", 0, "size that the log must have")
	batch := flags.Uint("batch", 4096, "entries that Tessera integrates at once, at most")
	if err := flags.Parse(os.Args[2:]); err != nil {
		return err
	}
	entries, err := readEntries(*file)
	if err != nil {
		return err
	}
	var result any
	switch os.Args[1] {
	case "append":
		result, err = appendAll(*dir, entries, *from, *batch)
	case "check":
		if uint64(len(entries)) != *count {
			return fmt.Errorf("%d entries were given, not %d", len(entries), *count)
		}
		result, err = check(*dir, entries)
	default:
		err = fmt.Errorf("unknown command %s", os.Args[1])
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}

type appended struct {
	Size uint64 `json:"size"`
	// Milliseconds until every index was assigned and integrated, which Tessera's POSIX store flushes first.
	Integrated float64 `json:"integrated"`
	// Milliseconds until a published checkpoint covered the last entry.
	Published float64 `json:"published"`
}

// appendAll adds the entries in order. The clock runs from the first Add to a published checkpoint over the last one.
func appendAll(dir string, entries [][]byte, from uint64, batch uint) (*appended, error) {
	signer, verifier, err := keys(dir)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	driver, err := posix.New(ctx, posix.Config{Path: dir})
	if err != nil {
		return nil, err
	}
	options := tessera.NewAppendOptions().
		WithCheckpointSigner(signer).
		WithBatching(batch, 20*time.Millisecond).
		WithPushback(uint(len(entries)) + 1).
		WithCheckpointInterval(100 * time.Millisecond). // the least that the POSIX store allows
		WithGarbageCollectionInterval(0)
	appender, shutdown, reader, err := tessera.NewAppender(ctx, driver, options)
	if err != nil {
		return nil, err
	}

	futures := make([]tessera.IndexFuture, len(entries))
	begun := time.Now()
	for i, entry := range entries {
		futures[i] = appender.Add(ctx, tessera.NewEntry(entry))
	}
	for i, future := range futures {
		index, err := future()
		if err != nil {
			return nil, fmt.Errorf("entry %d was refused: %w", i, err)
		}
		if index.Index != from+uint64(i) {
			return nil, fmt.Errorf("entry %d got the index %d, not %d", i, index.Index, from+uint64(i))
		}
	}
	integrated := time.Since(begun)
	size := from + uint64(len(entries))
	for {
		raw, err := reader.ReadCheckpoint(ctx)
		if err == nil {
			published, _, err := openCheckpoint(raw, verifier)
			if err != nil {
				return nil, err
			}
			if published >= size {
				break
			}
		} else if !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		time.Sleep(time.Millisecond)
	}
	published := time.Since(begun)
	if err := shutdown(ctx); err != nil {
		return nil, err
	}
	if err := compareEntries(dir, entries, from, size); err != nil {
		return nil, err
	}
	return &appended{size, milliseconds(integrated), milliseconds(published)}, nil
}

type checked struct {
	Size uint64 `json:"size"`
	Root string `json:"root"`
}

// check reads every entry back and compares the root of a tree made anew with that of the checkpoint.
func check(dir string, entries [][]byte) (*checked, error) {
	_, verifier, err := keys(dir)
	if err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return nil, err
	}
	size, root, err := openCheckpoint(raw, verifier)
	if err != nil {
		return nil, err
	}
	if size != uint64(len(entries)) {
		return nil, fmt.Errorf("the checkpoint covers %d of %d entries", size, len(entries))
	}
	if err := compareEntries(dir, entries, 0, size); err != nil {
		return nil, err
	}
	tree := (&compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}).NewEmptyRange(0)
	for _, entry := range entries {
		leaf := sha256.Sum256(append([]byte{0}, entry...))
		if err := tree.Append(leaf[:], nil); err != nil {
			return nil, err
		}
	}
	own, err := tree.GetRootHash(nil)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(own, root) {
		return nil, errors.New("the root of the entries is not the checkpoint's")
	}
	return &checked{size, fmt.Sprintf("%x", own)}, nil
}

// compareEntries compares the entries from `from` on with the bundles of a log of `size`.
func compareEntries(dir string, entries [][]byte, from, size uint64) error {
	const width = 256
	var bundle []byte
	for at := from / width * width; at < size; at += width {
		name := bundlePath(at/width, min(width, size-at))
		var err error
		if bundle, err = os.ReadFile(filepath.Join(dir, name)); err != nil {
			return err
		}
		for i := at; i < min(at+width, size); i++ {
			if len(bundle) < 2 {
				return fmt.Errorf("%s ends before entry %d", name, i)
			}
			length := int(binary.BigEndian.Uint16(bundle))
			if len(bundle) < 2+length {
				return fmt.Errorf("%s ends inside entry %d", name, i)
			}
			if i >= from && !bytes.Equal(bundle[2:2+length], entries[i-from]) {
				return fmt.Errorf("entry %d has other bytes than were given", i)
			}
			bundle = bundle[2+length:]
		}
	}
	return nil
}

// bundlePath is the path of an entry bundle in tlog-tiles.
func bundlePath(index, width uint64) string {
	name := fmt.Sprintf("%03d", index%1000)
	for index /= 1000; index > 0; index /= 1000 {
		name = fmt.Sprintf("x%03d/%s", index%1000, name)
	}
	if width < 256 {
		name = fmt.Sprintf("%s.p/%d", name, width)
	}
	return filepath.Join("tile", "entries", name)
}

func openCheckpoint(raw []byte, verifier note.Verifier) (uint64, []byte, error) {
	opened, err := note.Open(raw, note.VerifierList(verifier))
	if err != nil {
		return 0, nil, err
	}
	var name, encoded string
	var size uint64
	if _, err := fmt.Sscanf(opened.Text, "%s\n%d\n%s\n", &name, &size, &encoded); err != nil {
		return 0, nil, err
	}
	root, err := base64.StdEncoding.DecodeString(encoded)
	return size, root, err
}

// keys makes the log's key pair, or reads the one that lies beside the log.
func keys(dir string) (note.Signer, note.Verifier, error) {
	path := dir + ".key"
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		private, public, err := note.GenerateKey(rand.Reader, origin)
		if err != nil {
			return nil, nil, err
		}
		raw = []byte(private + "\n" + public)
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			return nil, nil, err
		}
	} else if err != nil {
		return nil, nil, err
	}
	private, public, _ := bytes.Cut(raw, []byte("\n"))
	signer, err := note.NewSigner(string(private))
	if err != nil {
		return nil, nil, err
	}
	verifier, err := note.NewVerifier(string(public))
	return signer, verifier, err
}

func readEntries(path string) ([][]byte, error) {
	all, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(all) > 0 {
		if len(all) < 4 {
			return nil, fmt.Errorf("%s ends inside a length", path)
		}
		length := int(binary.LittleEndian.Uint32(all))
		if len(all) < 4+length {
			return nil, fmt.Errorf("%s ends inside an entry", path)
		}
		entries = append(entries, all[4:4+length])
		all = all[4+length:]
	}
	return entries, nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
