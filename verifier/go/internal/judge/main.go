// Command judge verifies bundles that come over a pipe, one after another: it stands beside the other verifier where both
// are held against each other. A request is a length (u32be) and the options of a vector as JSON, a length and the
// archive; an answer is one line of JSON, {"verdict","code"}, or {"refused"} where the options cannot be read.
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"log"
	"os"

	verify "clyra.dev/verify"
	"clyra.dev/verify/internal/vector"
)

type answer struct {
	Verdict string `json:"verdict,omitempty"`
	Code    string `json:"code,omitempty"`
	Refused string `json:"refused,omitempty"`
}

func main() {
	requests := bufio.NewReaderSize(os.Stdin, 1<<20)
	answers := json.NewEncoder(os.Stdout)
	for {
		options, err := part(requests)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			log.Fatal(err)
		}
		archive, err := part(requests)
		if err != nil {
			log.Fatal(err)
		}
		if err := answers.Encode(judge(options, archive)); err != nil {
			log.Fatal(err)
		}
	}
}

func judge(options, archive []byte) answer {
	var given vector.Options
	if err := json.Unmarshal(options, &given); err != nil {
		return answer{Refused: err.Error()}
	}
	read, err := given.Read()
	if err != nil {
		return answer{Refused: err.Error()}
	}
	result, err := verify.Bundle(bytes.NewReader(archive), int64(len(archive)), read)
	if err != nil {
		return answer{Refused: err.Error()}
	}
	return answer{Verdict: result.Verdict, Code: result.Code}
}

func part(from io.Reader) ([]byte, error) {
	var length uint32
	if err := binary.Read(from, binary.BigEndian, &length); err != nil {
		return nil, err
	}
	data := make([]byte, length)
	_, err := io.ReadFull(from, data)
	return data, err
}
