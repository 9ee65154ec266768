package verify

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"clyra.dev/verify/internal/chain"
	"clyra.dev/verify/internal/heads"
	"clyra.dev/verify/internal/jcs"
	"clyra.dev/verify/internal/keys"
	"clyra.dev/verify/internal/record"
	"clyra.dev/verify/internal/tree"
	"clyra.dev/verify/spec"
)

// tileWidth is the number of hashes of a full tile, and of entries of a full bundle.
const tileWidth = 256

// Tiles verifies a public log, a directory in the form of C2SP tlog-tiles. The directory is listed. The error is an
// [OptionError] or one of reading.
func Tiles(directory fs.FS, o Options) (*Result, error) {
	c, err := o.read()
	if err != nil {
		return nil, err
	}
	l := &log{evidence: newEvidence(c), directory: directory}
	l.verify()
	if l.failure != nil {
		return nil, l.failure
	}
	return l.result(), nil
}

// log is a directory of tiles that is being verified.
type log struct {
	evidence
	directory fs.FS
	leaves    []jcs.Hash
	records   []record.Record
	redacted  bool
	failure   error
}

func (l *log) verify() {
	l.runStages([]stage{
		{"note", func() { l.readNote(l.read("checkpoint")) }},
		{"json", l.readEntries},
		{"signature", func() { l.judgeSignature(&l.records[0]) }},
		{"root", l.judgeRoot},
		{"chain", l.judgeChain},
		{"heads", l.judgeHeads},
		{"keys", l.judgeKeys},
		{"demands", l.judgeDemands},
	})
}

// read is a file of the directory, nil where it is not there.
func (l *log) read(name string) []byte {
	file, err := fs.ReadFile(l.directory, name)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) && l.failure == nil {
			l.failure = err
		}
		return nil
	}
	if file == nil {
		file = []byte{}
	}
	return file
}

// readEntries reads all entry bundles that the checkpoint calls for, up to the first that is refused.
func (l *log) readEntries() {
	size := l.checkpoint.Size
	for start := uint64(0); start < size; start += tileWidth {
		if !l.readEntryBundle(start/tileWidth, int(min(tileWidth, size-start))) {
			return
		}
	}
}

func (l *log) readEntryBundle(index uint64, width int) bool {
	entries, code := l.entries(index, width)
	if code != "" {
		l.add("json", code, fmt.Sprintf("entry bundle %d", index))
		return false
	}
	var parser record.Parser
	for i, entry := range entries {
		position := index*tileWidth + uint64(i)
		r, code := parser.Parse(entry)
		if code != "" {
			l.add("json", code, fmt.Sprintf("record at position %d", position))
			return false
		}
		l.records = append(l.records, r)
		l.leaves = append(l.leaves, r.Leaf)
	}
	return true
}

// entries are the first width entries at an index: those of the partial bundle, or of the full one in its place.
func (l *log) entries(index uint64, width int) (entries [][]byte, code string) {
	file, holds := l.tileFile("tile/entries/"+indexPath(index), width)
	if file == nil {
		return nil, "ENTRIES_MISSING"
	}
	entries, ok := splitEntries(file, holds)
	if !ok {
		return nil, "ENTRIES_MALFORMED"
	}
	return entries[:width], ""
}

// tileFile is the file of a place and how many hashes or entries it has to hold; nil where there is none.
func (l *log) tileFile(path string, width int) (file []byte, holds int) {
	if width < tileWidth {
		if file := l.read(fmt.Sprintf("%s.p/%d", path, width)); file != nil {
			return file, width
		}
	}
	return l.read(path), tileWidth
}

// splitEntries parts a bundle of exactly count entries.
func splitEntries(file []byte, count int) (entries [][]byte, ok bool) {
	for range count {
		if len(file) < 2 {
			return nil, false
		}
		length := int(binary.BigEndian.Uint16(file))
		if len(file) < 2+length {
			return nil, false
		}
		entries = append(entries, file[2:2+length:2+length])
		file = file[2+length:]
	}
	return entries, len(file) == 0
}

// indexPath is an index in groups of three digits, all but the last with an x before them.
func indexPath(index uint64) string {
	path := fmt.Sprintf("%03d", index%1000)
	for index /= 1000; index > 0; index /= 1000 {
		path = fmt.Sprintf("x%03d/%s", index%1000, path)
	}
	return path
}

// levels are the hashes of each level of tiles: of level L those of the full subtrees of 256^L leaves.
func (l *log) levels() (levels [][]jcs.Hash) {
	for level := l.leaves; len(level) > 0; {
		levels = append(levels, level)
		var above []jcs.Hash
		for start := 0; start+tileWidth <= len(level); start += tileWidth {
			above = append(above, tree.Root(level[start:start+tileWidth]))
		}
		level = above
	}
	return levels
}

func (l *log) judgeRoot() {
	levels := l.levels()
	for number, level := range levels {
		for start := 0; start < len(level); start += tileWidth {
			l.judgeTile(number, start/tileWidth, level[start:min(start+tileWidth, len(level))])
		}
	}
	if tree.Root(l.leaves) != l.checkpoint.Root {
		l.add("root", "ROOT_MISMATCH", "the entries")
	}
	l.judgeListing(levels)
}

func (l *log) judgeTile(level, index int, hashes []jcs.Hash) {
	path := fmt.Sprintf("tile/%d/%s", level, indexPath(uint64(index)))
	file, holds := l.tileFile(path, len(hashes))
	switch {
	case file == nil:
		l.add("root", "TILE_MISSING", path)
	case len(file) != holds*len(jcs.Hash{}) || !isPrefix(file, hashes):
		l.add("root", "TILE_MISMATCH", path)
	}
}

// isPrefix says whether file begins with the hashes.
func isPrefix(file []byte, hashes []jcs.Hash) bool {
	for i, hash := range hashes {
		if !bytes.Equal(file[i*len(hash):(i+1)*len(hash)], hash[:]) {
			return false
		}
	}
	return true
}

// judgeListing judges what the checkpoint does not call for.
func (l *log) judgeListing(levels [][]jcs.Hash) {
	var ignored []string
	err := fs.WalkDir(l.directory, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if path != "checkpoint" && !l.judgeFile(path, levels) {
			ignored = append(ignored, path)
		}
		return nil
	})
	if err != nil && l.failure == nil {
		l.failure = err
	}
	if len(ignored) > 0 {
		slices.Sort(ignored)
		l.warn("FILES_IGNORED", strings.Join(ignored[:min(len(ignored), 10)], ", "))
	}
}

// judgeFile judges one file of the directory; false where it says nothing about this checkpoint.
func (l *log) judgeFile(path string, levels [][]jcs.Hash) bool {
	inTiles, isTile := strings.CutPrefix(path, "tile/")
	if !isTile || isLitter(path) {
		return false
	}
	place, ok := parseTilePath(inTiles)
	if !ok {
		l.add("root", "TILE_UNEXPECTED", path)
		return true
	}
	// Of entries there is one for each hash of the lowest level.
	level := max(place.level, 0)
	if level >= len(levels) || place.index*tileWidth >= uint64(len(levels[level])) {
		return false
	}
	start := place.index * tileWidth
	hashes := levels[level][start:min(start+tileWidth, uint64(len(levels[level])))]
	switch {
	case place.width > len(hashes):
		return false
	case place.width == len(hashes):
		return true
	}
	file := l.read(path)
	if place.level < 0 {
		ok = l.isEarlierBundle(file, place.index, place.width)
	} else {
		ok = len(file) == place.width*len(jcs.Hash{}) && isPrefix(file, hashes[:place.width])
	}
	if !ok {
		l.add("root", "TILE_UNEXPECTED", path)
	}
	return true
}

// isEarlierBundle says whether file is what the bundle of an index begins with: its first entries.
func (l *log) isEarlierBundle(file []byte, index uint64, width int) bool {
	entries, ok := splitEntries(file, width)
	if !ok {
		return false
	}
	for i, entry := range entries {
		if tree.Leaf(entry) != l.leaves[index*tileWidth+uint64(i)] {
			return false
		}
	}
	return true
}

// isLitter says whether a path is what desktops and editors leave behind.
func isLitter(path string) bool {
	segments := strings.Split(path, "/")
	for _, segment := range segments {
		if strings.HasPrefix(segment, spec.Known.Tiles.IgnoredPrefix) {
			return true
		}
	}
	return slices.Contains(spec.Known.Tiles.IgnoredNames, segments[len(segments)-1])
}

// tilePlace is where a tile or an entry bundle stands; level is -1 for entries.
type tilePlace struct {
	level int
	index uint64
	width int
}

const maxLevel = 63

// parseTilePath reads a path below tile/ in its one form.
func parseTilePath(path string) (p tilePlace, ok bool) {
	first, rest, _ := strings.Cut(path, "/")
	p.level, p.width = -1, tileWidth
	if first != "entries" {
		level, isLevel := jcs.ParseDecimal([]byte(first))
		if !isLevel || level > maxLevel {
			return p, false
		}
		p.level = int(level)
	}
	if place, width, isPartial := strings.Cut(rest, ".p/"); isPartial {
		number, isWidth := jcs.ParseDecimal([]byte(width))
		if !isWidth || number < 1 || number >= tileWidth {
			return p, false
		}
		rest, p.width = place, int(number)
	}
	digits := strings.ReplaceAll(strings.ReplaceAll(rest, "/", ""), "x", "")
	index, isIndex := jcs.ParseDecimal([]byte(strings.TrimLeft(digits[:max(len(digits)-1, 0)], "0") + digits[max(len(digits)-1, 0):]))
	p.index = index
	return p, isIndex && indexPath(index) == rest
}

func (l *log) judgeChain() {
	c := chain.New(l.checkpoint.Origin, len(l.records), l.at("chain"))
	for i := range l.records {
		c.Add(uint64(i), &l.records[i], true)
	}
}

// judgeHeads replays the map of heads and compares each root that a heads record states.
func (l *log) judgeHeads() {
	var replayed heads.Map
	report := l.at("heads")
	for i := range l.records {
		r := &l.records[i]
		if string(r.Type) == record.Heads {
			stated, _ := record.ParseHeads(r.Data)
			if stated.Size != uint64(i) {
				report("HEADS_RECORD_INVALID", uint64(i))
			} else if stated.Root != replayed.Root() {
				report("HEADS_ROOT_MISMATCH", uint64(i))
			}
		}
		replayed.Set(string(r.Stream), heads.Head{Revision: r.Revision, Leaf: r.Leaf})
	}
}

func (l *log) judgeKeys() {
	data, _ := record.ParseGenesis(l.records[0].Data)
	l.fold = keys.New(data, l.at("keys"))
	for i := range l.records {
		if r := &l.records[i]; string(r.Stream) == record.KeysStream {
			l.fold.Add(uint64(i), r)
		}
		l.redacted = l.redacted || string(l.records[i].Type) == record.Redacted
	}
	l.keysAsOf = l.checkpoint.Size
	if l.refused() == nil {
		l.judgeSigners()
	}
}

func (l *log) judgeDemands() {
	l.judgeIdentity()
	if len(l.call.held) > 0 {
		l.pass("checkpoints", "")
	}
	for _, held := range l.call.held {
		detail := fmt.Sprintf("%s, size %d", held.Origin, held.Size)
		switch {
		case held.Origin != l.checkpoint.Origin || held.Size > l.checkpoint.Size:
			l.skip("checkpoints", detail)
			l.warn("CHECKPOINT_NOT_COMPARED", detail)
		case tree.Root(l.leaves[:held.Size]) != held.Root:
			l.add("checkpoints", "ROOT_DIVERGED", detail)
		}
	}
	l.judgeRecency(string(l.last().RecordedAt))
}

func (l *log) last() *record.Record { return &l.records[len(l.records)-1] }

func (l *log) result() *Result {
	r := l.base(logChecks, nil)
	if r.Verdict == "INVALID" {
		return r
	}
	last := CompleteAsOf{decimal(l.checkpoint.Size - 1), string(l.last().RecordedAt)}
	l.describe(r, "log", len(l.records), last)
	r.Redacted = l.redacted
	return r
}
