package command

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	verify "clyra.dev/verify"
)

// commandLine is what the arguments say.
type commandLine struct {
	path                                                   string
	values                                                 map[string][]string
	json, help, version                                    bool
	requireArtifacts, requireCompleteRun, requireWarehouse bool
}

// takesValue are the flags that take a value; true where they may be given more than once.
var takesValue = map[string]bool{
	"key": true, "trust": true, "checkpoint": true, "keys": true,
	"run": false, "origin": false, "genesis": false, "min-size": false, "max-age": false, "now": false, "artifacts": false,
}

// switches are the flags that take none.
func (c *commandLine) switches() map[string]*bool {
	return map[string]*bool{
		"json": &c.json, "help": &c.help, "version": &c.version,
		"require-artifacts": &c.requireArtifacts, "require-complete-run": &c.requireCompleteRun,
		"require-warehouse": &c.requireWarehouse,
	}
}

func parse(arguments []string) (c commandLine, err error) {
	c.values = map[string][]string{}
	switches := c.switches()
	var paths []string
	for len(arguments) > 0 {
		argument := arguments[0]
		arguments = arguments[1:]
		if argument == "--" {
			paths = append(paths, arguments...)
			break
		}
		if argument == "-h" {
			argument = "--help"
		}
		flag, isFlag := strings.CutPrefix(argument, "--")
		if !isFlag {
			if len(argument) > 1 && argument[0] == '-' {
				return c, &usageError{"unknown option " + argument}
			}
			paths = append(paths, argument)
			continue
		}
		name, value, hasValue := strings.Cut(flag, "=")
		if on, isSwitch := switches[name]; isSwitch && !hasValue {
			*on = true
			continue
		}
		if _, known := takesValue[name]; !known {
			return c, &usageError{"unknown option " + argument}
		}
		if !hasValue {
			if len(arguments) == 0 || strings.HasPrefix(arguments[0], "-") {
				return c, &usageError{"--" + name + " needs a value"}
			}
			value, arguments = arguments[0], arguments[1:]
		}
		c.values[name] = append(c.values[name], value)
	}
	if c.help || c.version {
		return c, nil
	}
	if len(paths) != 1 {
		return c, &usageError{"give one bundle or one tiles directory"}
	}
	c.path = paths[0]
	return c, nil
}

// forBundles is a flag given that says nothing about a directory of tiles, or "".
func (c commandLine) forBundles() string {
	for _, name := range []string{"run", "keys", "artifacts"} {
		if len(c.values[name]) > 0 {
			return name
		}
	}
	switch {
	case c.requireArtifacts:
		return "require-artifacts"
	case c.requireCompleteRun:
		return "require-complete-run"
	case c.requireWarehouse:
		return "require-warehouse"
	}
	return ""
}

// last is the value of a flag that counts, nil where it was not given.
func (c commandLine) last(name string) *string {
	values := c.values[name]
	if len(values) == 0 {
		return nil
	}
	return &values[len(values)-1]
}

// number is the value of a flag that is a number of things.
func (c commandLine) number(name, things string) (*uint64, error) {
	text := c.last(name)
	if text == nil {
		return nil, nil
	}
	const greatest = 1<<53 - 1
	number, err := strconv.ParseUint(*text, 10, 64)
	if err != nil || number > greatest || strconv.FormatUint(number, 10) != *text {
		return nil, &usageError{fmt.Sprintf("--%s is not a number of %s", name, things)}
	}
	return &number, nil
}

func (p Program) options(c commandLine) (o verify.Options, err error) {
	o = verify.Options{
		Origin: c.last("origin"), Genesis: c.last("genesis"), Run: c.last("run"),
		RequireArtifacts: c.requireArtifacts, RequireCompleteRun: c.requireCompleteRun, RequireWarehouse: c.requireWarehouse,
	}
	if o.MinSize, err = c.number("min-size", "records"); err != nil {
		return o, err
	}
	if o.MaxAge, err = c.number("max-age", "seconds"); err != nil {
		return o, err
	}
	if now := c.last("now"); now != nil {
		if o.Now, err = parseInstant(*now); err != nil {
			return o, err
		}
	}
	if o.Trust, err = p.pins(c); err != nil {
		return o, err
	}
	if o.Checkpoints, err = readAll(c.values["checkpoint"]); err != nil {
		return o, err
	}
	if o.Later, err = readAll(c.values["keys"]); err != nil {
		return o, err
	}
	if directory := c.last("artifacts"); directory != nil {
		o.Artifact = artifactsIn(*directory)
	}
	return o, nil
}

func parseInstant(text string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if instant, err := time.Parse(layout, text); err == nil {
			return instant, nil
		}
	}
	return time.Time{}, &verify.OptionError{Code: "OPTION_INVALID", Problem: "now is not an instant"}
}

func readAll(paths []string) (files [][]byte, err error) {
	for _, path := range paths {
		file, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

// artifactsIn opens artefacts of a directory, where they are named by their SHA-256.
func artifactsIn(directory string) func(sha256 string) (io.ReadCloser, error) {
	return func(sha256 string) (io.ReadCloser, error) {
		file, err := os.Open(filepath.Join(directory, sha256))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return file, nil
	}
}

// pins are the keys given, and those of the trust files: the ones that are named, else the caller's own.
func (p Program) pins(c commandLine) (pins []verify.Pin, err error) {
	for _, vkey := range c.values["key"] {
		pins = append(pins, verify.Pin{VKey: vkey})
	}
	files := c.values["trust"]
	if named := p.Environment("CLYRA_TRUST"); len(files) == 0 && named != "" {
		files = []string{named}
	}
	if home, err := os.UserHomeDir(); len(files) == 0 && err == nil {
		own := filepath.Join(home, ".config", "clyra", "trusted-keys")
		if _, err := os.Stat(own); err == nil {
			files = []string{own}
		}
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		more, err := parseTrust(string(text))
		if err != nil {
			return nil, err
		}
		pins = append(pins, more...)
	}
	return pins, nil
}

// parseTrust reads a trust file: one vkey a line, the leaf of its ledger's genesis record behind it where that is pinned too.
func parseTrust(text string) (pins []verify.Pin, err error) {
	number := 0
	for line := range strings.Lines(text) {
		number++
		content, _, _ := strings.Cut(line, "#")
		fields := strings.Fields(content)
		switch len(fields) {
		case 0:
		case 1:
			pins = append(pins, verify.Pin{VKey: fields[0]})
		case 2:
			pins = append(pins, verify.Pin{VKey: fields[0], Genesis: fields[1]})
		default:
			problem := fmt.Sprintf("line %d of the trust file has more than two fields", number)
			return nil, &verify.OptionError{Code: "KEY_INVALID", Problem: problem}
		}
	}
	return pins, nil
}
