package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
)

// judgeTiles runs Tessera's fsck over a directory. Its command exits 0 on damage, so the error of the library decides.
// It waits for ever when all of its workers have met a bad tile, and indexes past the end of a short bundle: a check
// that has read no file for as long as stall counts as hung, a panic is recovered.
func judgeTiles(directory, vkey string, workers uint, stall time.Duration) answer {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return verdictOf(err)
	}
	files := &watched{from: client.FileFetcher{Root: directory}}
	check := fsck.New(verifier.Name(), verifier, files, hashLeaves, fsck.Opts{N: workers})
	done := make(chan answer, 1)
	go func() {
		defer func() {
			if caught := recover(); caught != nil {
				done <- answer{Verdict: "panicked", Reason: fmt.Sprint(caught)}
			}
		}()
		done <- verdictOf(check.Check(context.Background()))
	}()
	for before := int64(-1); ; {
		select {
		case judged := <-done:
			return judged
		case <-time.After(stall):
			now := files.reads.Load()
			if now == before {
				return answer{Verdict: "hung", Reason: fmt.Sprintf("no file was read for %v", stall)}
			}
			before = now
		}
	}
}

// hashLeaves gives the leaf hashes of the entries of a bundle, as Tessera's own command does.
func hashLeaves(bundle []byte) ([][]byte, error) {
	parsed := &api.EntryBundle{}
	if err := parsed.UnmarshalText(bundle); err != nil {
		return nil, err
	}
	leaves := make([][]byte, 0, len(parsed.Entries))
	for _, entry := range parsed.Entries {
		leaves = append(leaves, rfc6962.DefaultHasher.HashLeaf(entry))
	}
	return leaves, nil
}

// watched counts the reads of a fetcher, which tells a slow check from one that waits for ever.
type watched struct {
	from  fsck.Fetcher
	reads atomic.Int64
}

func (w *watched) ReadCheckpoint(ctx context.Context) ([]byte, error) {
	w.reads.Add(1)
	return w.from.ReadCheckpoint(ctx)
}

func (w *watched) ReadTile(ctx context.Context, level, index uint64, partial uint8) ([]byte, error) {
	w.reads.Add(1)
	return w.from.ReadTile(ctx, level, index, partial)
}

func (w *watched) ReadEntryBundle(ctx context.Context, index uint64, partial uint8) ([]byte, error) {
	w.reads.Add(1)
	return w.from.ReadEntryBundle(ctx, index, partial)
}
