// Command judge verifies evidence that comes over a pipe, one after another: it stands beside the other verifier where both
// are held against each other. A request is a length (u32be) and the options of a vector as JSON, a length and the
// archive; where the options have tiles, they are the files of a log, and there is no archive. An answer is one line of
// JSON: the result, or {"refused"} where the options cannot be read.
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
	"testing/fstest"

	verify "clyra.dev/verify"
	"clyra.dev/verify/internal/vector"
)

// request is what is asked with an archive, or with the files of a log.
type request struct {
	vector.Options
	Tiles map[string][]byte
}

type refusal struct {
	Refused string `json:"refused"`
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

func judge(options, archive []byte) any {
	result, err := verified(options, archive)
	if err != nil {
		return refusal{err.Error()}
	}
	return result
}

func verified(options, archive []byte) (*verify.Result, error) {
	var asked request
	if err := json.Unmarshal(options, &asked); err != nil {
		return nil, err
	}
	read, err := asked.Read()
	if err != nil {
		return nil, err
	}
	if asked.Tiles == nil {
		return verify.Bundle(bytes.NewReader(archive), int64(len(archive)), read)
	}
	files := fstest.MapFS{}
	for name, data := range asked.Tiles {
		files[name] = &fstest.MapFile{Data: data}
	}
	return verify.Tiles(files, read)
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
