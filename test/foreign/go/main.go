// Command foreign lets Tessera's fsck and Go's note and tlog packages judge what Clyra has written.
//
// One JSON request a line on standard input, one JSON answer a line on standard output, in the same order.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"k8s.io/klog/v2"
)

// request is one question. Which members it has depends on its op; byte slices are base64.
type request struct {
	// Op is fsck, note, inclusion or consistency.
	Op string `json:"op"`
	// Vkey is the verifier key of the log, as in the signed-note format.
	Vkey string `json:"vkey"`
	// Directory holds a tlog-tiles tree (fsck).
	Directory string `json:"directory"`
	// Workers is how many tiles are compared side by side (fsck).
	Workers uint `json:"workers"`
	// StallMs is after how long without any file being read a check counts as hung (fsck).
	StallMs int `json:"stallMs"`
	// Note is a signed checkpoint: the one to open (note), or the older one (consistency).
	Note []byte `json:"note"`
	// Proof is what `clyra prove` printed: a tlog-proof (inclusion), an add-checkpoint body (consistency).
	Proof []byte `json:"proof"`
	// Record holds the bytes of the entry that is proved (inclusion).
	Record []byte `json:"record"`
}

// answer is the judgement of the foreign code: accepted, refused, panicked or hung.
type answer struct {
	Verdict string `json:"verdict"`
	Reason  string `json:"reason"`
}

func main() {
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for {
		line, err := in.ReadBytes('\n')
		if err == io.EOF {
			return
		}
		if err != nil {
			fail(err)
		}
		var asked request
		if err := json.Unmarshal(line, &asked); err != nil {
			fail(err)
		}
		if err := out.Encode(judge(asked)); err != nil {
			fail(err)
		}
	}
}

func judge(asked request) answer {
	switch asked.Op {
	case "fsck":
		return judgeTiles(asked.Directory, asked.Vkey, asked.Workers, time.Duration(asked.StallMs)*time.Millisecond)
	case "note":
		_, err := openCheckpoint(asked.Note, asked.Vkey)
		return verdictOf(err)
	case "inclusion":
		return verdictOf(checkInclusion(asked.Proof, asked.Record, asked.Vkey))
	case "consistency":
		return verdictOf(checkConsistency(asked.Note, asked.Proof, asked.Vkey))
	}
	fail(fmt.Errorf("unknown op %q", asked.Op))
	return answer{}
}

func verdictOf(err error) answer {
	if err != nil {
		return answer{Verdict: "refused", Reason: err.Error()}
	}
	return answer{Verdict: "accepted"}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
