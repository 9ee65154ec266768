// Package command is the command line of the verifier.
package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime/debug"
	"strings"

	verify "clyra.dev/verify"
)

// Version is that of the program; builds of a release set it.
var Version = "0.1.0"

// Exit statuses.
const (
	exitValid       = 0
	exitOther       = 1
	exitUsage       = 2
	exitEnvironment = 3
)

// Program is what runs a command: its name, its arguments, its streams and its environment.
type Program struct {
	Name           string
	Arguments      []string
	Stdout, Stderr io.Writer
	Environment    func(name string) string
}

// Main runs the command of that name with what the process has, and ends the process.
func Main(name string) {
	boundMemory()
	p := Program{Name: name, Arguments: os.Args[1:], Stdout: os.Stdout, Stderr: os.Stderr, Environment: os.Getenv}
	os.Exit(p.Run())
}

// boundMemory has garbage collected before there is half as much of it as there are bytes in use, which are mostly the archive's:
// the memory of a run stays below twice the archive.
func boundMemory() { debug.SetGCPercent(40) }

// usageError is a mistake in how the program was called.
type usageError struct{ problem string }

func (e *usageError) Error() string { return e.problem }

// Run runs the command; the result is its exit status.
func (p Program) Run() int {
	c, err := parse(p.Arguments)
	switch {
	case err != nil:
		return p.fail(err)
	case c.help:
		return p.print(exitValid, strings.ReplaceAll(help, "clyra-verify", p.Name))
	case c.version:
		return p.print(exitValid, Version+"\n")
	}
	result, err := p.verify(c)
	if err != nil {
		return p.fail(err)
	}
	status := exitOther
	if result.Verdict == "VALID" {
		status = exitValid
	}
	if !c.json {
		return p.print(status, describe(result))
	}
	document, err := json.Marshal(result)
	if err != nil {
		return p.fail(err)
	}
	return p.print(status, string(document)+"\n")
}

func (p Program) print(status int, text string) int {
	if _, err := io.WriteString(p.Stdout, text); err != nil {
		return p.fail(err)
	}
	return status
}

func (p Program) fail(err error) int {
	say := func(sentence, code string) { fmt.Fprintf(p.Stderr, "%s: %s (%s)\n", p.Name, sentence, code) }
	var usage *usageError
	var option *verify.OptionError
	switch {
	case errors.As(err, &usage):
		say(usage.problem, "USAGE")
	case errors.As(err, &option):
		say(option.Problem, option.Code)
	default:
		say(err.Error(), environmentCode(err))
		return exitEnvironment
	}
	fmt.Fprintf(p.Stderr, "try: %s --help\n", p.Name)
	return exitUsage
}

func environmentCode(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "ENOENT"
	case errors.Is(err, fs.ErrPermission):
		return "EACCES"
	}
	return "EIO"
}

// verify reads the files that the command line names, and verifies.
func (p Program) verify(c commandLine) (*verify.Result, error) {
	o, err := p.options(c)
	if err != nil {
		return nil, err
	}
	status, err := os.Stat(c.path)
	if err != nil {
		return nil, err
	}
	if status.IsDir() {
		if flag := c.forBundles(); flag != "" {
			return nil, &usageError{"--" + flag + " is for bundles, not for a tiles directory"}
		}
		return verify.Tiles(os.DirFS(c.path), o)
	}
	file, err := os.Open(c.path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return verify.Bundle(file, status.Size(), o)
}
