// Package jcs admits JSON (log, section 1) and reads what was admitted where it lies.
//
// Admission is one pass over the bytes that keeps nothing of them. What is admitted has exactly one form, so a
// [Value] is simply the bytes of a value: reading needs no tree in memory, and two values are the same where
// their bytes are.
package jcs

import (
	"bytes"
	"slices"
	"unicode/utf8"
)

// MaxDepth is the number of levels of a document that are allowed; a scalar counts as one.
const MaxDepth = 32

const maxNameLength = 128

var byteOrderMark = []byte{0xEF, 0xBB, 0xBF}

// Admit is the code of the first offence in document against log, section 1, or "" where it is admitted.
func Admit(document []byte) string {
	r := reader{in: document}
	return r.document()
}

// Member is one member of an object.
type Member struct {
	Name  []byte
	Value Value
}

// AdmitObject is Admit, and adds the members of the outermost object to members on the way: none where the document
// is something else. They mean nothing where the document is not admitted.
func AdmitObject(document []byte, members []Member) (_ []Member, code string) {
	r := reader{in: document, outermost: members, collects: true}
	code = r.document()
	return r.outermost, code
}

// reader reads a document from left to right. otherForm is set by what is JSON and not its RFC 8785 form; that is
// an offence only where no other is found.
type reader struct {
	in        []byte
	at        int
	otherForm bool
	name      [maxNameLength]byte
	// outermost are the members of the outermost object as far as it was read, where they are collected.
	outermost []Member
	collects  bool
}

func (r *reader) document() string {
	if bytes.HasPrefix(r.in, byteOrderMark) {
		return "JSON_BOM"
	}
	if !utf8.Valid(r.in) {
		return "JSON_BAD_UTF8"
	}
	if code := r.value(1); code != "" {
		return code
	}
	r.space()
	if r.at < len(r.in) {
		return "JSON_TRAILING"
	}
	if r.otherForm {
		return "JSON_NOT_CANONICAL"
	}
	return ""
}

func (r *reader) space() {
	for r.at < len(r.in) {
		switch r.in[r.at] {
		case ' ', '\t', '\n', '\r':
			r.otherForm = true
			r.at++
		default:
			return
		}
	}
}

// next says whether the next byte is c, and takes it then.
func (r *reader) next(c byte) bool {
	if r.at < len(r.in) && r.in[r.at] == c {
		r.at++
		return true
	}
	return false
}

// value reads a value that is due at a level. The level is judged before anything else.
func (r *reader) value(level int) string {
	if level > MaxDepth {
		return "JSON_TOO_DEEP"
	}
	r.space()
	if r.at == len(r.in) {
		return "JSON_SYNTAX"
	}
	switch c := r.in[r.at]; {
	case c == '"':
		r.at++
		_, code := r.text(nil)
		return code
	case c == '{':
		r.at++
		return r.object(level)
	case c == '[':
		r.at++
		return r.array(level)
	case c == '-' || isDigit(c):
		return r.number()
	case c == 't':
		return r.word("true")
	case c == 'f':
		return r.word("false")
	case c == 'n':
		return r.word("null")
	}
	return "JSON_SYNTAX"
}

func (r *reader) word(word string) string {
	if !bytes.HasPrefix(r.in[r.at:], []byte(word)) {
		return "JSON_SYNTAX"
	}
	r.at += len(word)
	return ""
}

func (r *reader) array(level int) string {
	r.space()
	if r.next(']') {
		return ""
	}
	for {
		if code := r.value(level + 1); code != "" {
			return code
		}
		r.space()
		if r.next(']') {
			return ""
		}
		if !r.next(',') {
			return "JSON_SYNTAX"
		}
	}
}

// object reads an object behind its brace. Names that ascend cannot repeat. Where they do not ascend their places are
// collected, four bytes each, and compared when the object ends or an offence ends it: a name that stands twice
// among those read so far comes before that offence.
func (r *reader) object(level int) string {
	names, code := r.members(level)
	if r.repeats(names) {
		return "JSON_DUPLICATE_NAME"
	}
	return code
}

func (r *reader) members(level int) (names []uint32, code string) {
	r.space()
	if r.next('}') {
		return nil, ""
	}
	var last [maxNameLength]byte
	lastLength := 0
	start := r.at
	for {
		r.space()
		nameAt := r.at
		if !r.next('"') {
			return names, "JSON_SYNTAX"
		}
		name, code := r.text(r.name[:0])
		if code != "" {
			return names, code
		}
		if !isName(name) {
			return names, "JSON_FORBIDDEN_NAME"
		}
		if names == nil && bytes.Compare(name, last[:lastLength]) <= 0 {
			r.otherForm = true
			names = r.namesBetween(start, nameAt)
		}
		if names != nil {
			names = append(names, uint32(nameAt))
		}
		lastLength = copy(last[:], name)
		nameEnd := r.at
		r.space()
		if !r.next(':') {
			return names, "JSON_SYNTAX"
		}
		valueAt := r.at
		if code := r.value(level + 1); code != "" {
			return names, code
		}
		if r.collects && level == 1 {
			r.outermost = append(r.outermost, Member{r.in[nameAt+1 : nameEnd-1], r.in[valueAt:r.at]})
		}
		r.space()
		if r.next('}') {
			return names, ""
		}
		if !r.next(',') {
			return names, "JSON_SYNTAX"
		}
	}
}

// namesBetween are the places of the names of an object's members between two places, which were read before.
func (r *reader) namesBetween(from, to int) (names []uint32) {
	again := reader{in: r.in[:to], at: from}
	for again.space(); again.at < to; again.space() {
		names = append(names, uint32(again.at))
		again.at = endOfString(again.in, again.at)
		again.space()
		again.next(':')
		again.space()
		again.at = end(again.in, again.at)
		again.space()
		again.next(',')
	}
	return names
}

// repeats says whether two of the names at these places say the same; it sorts them.
func (r *reader) repeats(names []uint32) bool {
	var spaceA, spaceB [maxNameLength]byte
	compare := func(a, b uint32) int {
		return bytes.Compare(r.nameAt(a, spaceA[:0]), r.nameAt(b, spaceB[:0]))
	}
	slices.SortFunc(names, compare)
	for i := 1; i < len(names); i++ {
		if compare(names[i-1], names[i]) == 0 {
			return true
		}
	}
	return false
}

func (r *reader) nameAt(at uint32, into []byte) []byte {
	again := reader{in: r.in, at: int(at) + 1}
	name, _ := again.text(into)
	return name
}

// isName is the grammar of member names. All of it is ASCII, so that the order of UTF-16 code units is that of bytes.
func isName(name []byte) bool {
	if len(name) == 0 || len(name) > maxNameLength || string(name) == "__proto__" {
		return false
	}
	for _, c := range name {
		if !isLetterOrDigit(c) && bytes.IndexByte([]byte("_.:/$@-"), c) < 0 {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetterOrDigit(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// number reads the longest text that the grammar of RFC 8259 gives, and judges it.
func (r *reader) number() string {
	from := r.at
	r.next('-')
	digits := r.at
	if !r.next('0') && r.digits() == 0 {
		return "JSON_SYNTAX"
	}
	integer := r.in[digits:r.at]
	whole := true
	if mark := r.at; r.next('.') {
		if r.digits() == 0 {
			r.at = mark
		} else {
			whole = false
		}
	}
	if mark := r.at; r.next('e') || r.next('E') {
		if !r.next('+') {
			r.next('-')
		}
		if r.digits() == 0 {
			r.at = mark
		} else {
			whole = false
		}
	}
	negativeZero := r.in[from] == '-' && integer[0] == '0'
	if !whole || negativeZero || !isSafe(integer) {
		return "JSON_NUMBER"
	}
	return ""
}

func (r *reader) digits() int {
	from := r.at
	for r.at < len(r.in) && isDigit(r.in[r.at]) {
		r.at++
	}
	return r.at - from
}

// greatest is 2^53-1, the greatest number that is admitted.
const greatest = "9007199254740991"

// isSafe says whether digits, which begin with 0 only where they are 0, are at most 2^53-1.
func isSafe(digits []byte) bool {
	return len(digits) < len(greatest) || len(digits) == len(greatest) && string(digits) <= greatest
}

// text reads a string behind its opening quote. Where into is given, what the string says is appended to it as
// long as it has room: whatever is longer is no name, and nobody asks what it says.
func (r *reader) text(into []byte) ([]byte, string) {
	put := func(plain []byte) {
		if into != nil {
			into = append(into, plain[:min(len(plain), maxNameLength+1)]...)
		}
	}
	for {
		from := r.at
		for r.at < len(r.in) && isPlain[r.in[r.at]] {
			r.at++
		}
		put(r.in[from:r.at])
		if r.at == len(r.in) {
			return into, "JSON_SYNTAX"
		}
		c := r.in[r.at]
		r.at++
		switch {
		case c == '"':
			return into, ""
		case c != '\\':
			return into, "JSON_SYNTAX"
		}
		unit, code := r.escape()
		if code != "" {
			return into, code
		}
		if into != nil {
			into = utf8.AppendRune(into, unit)
		}
	}
}

// isPlain says of each byte whether it stands for itself in a string.
var isPlain = func() (plain [256]bool) {
	for c := range plain {
		plain[c] = c >= 0x20 && c != '"' && c != '\\'
	}
	return plain
}()

// escape reads an escape behind its backslash, both halves of a surrogate pair together.
func (r *reader) escape() (rune, string) {
	if r.at == len(r.in) {
		return 0, "JSON_SYNTAX"
	}
	c := r.in[r.at]
	r.at++
	if c != 'u' {
		short := bytes.IndexByte([]byte(shortEscapes), c)
		if short < 0 {
			return 0, "JSON_SYNTAX"
		}
		if c == '/' {
			r.otherForm = true
		}
		return rune(shortMeanings[short]), ""
	}
	unit, ok := r.hexUnit()
	if !ok {
		return 0, "JSON_SYNTAX"
	}
	switch {
	case unit >= 0xDC00 && unit <= 0xDFFF:
		return 0, "JSON_SURROGATE"
	case unit >= 0xD800 && unit <= 0xDBFF:
		if !r.next('\\') || !r.next('u') {
			return 0, "JSON_SURROGATE"
		}
		low, ok := r.hexUnit()
		if !ok || low < 0xDC00 || low > 0xDFFF {
			return 0, "JSON_SURROGATE"
		}
		r.otherForm = true
		return 0x10000 + (unit-0xD800)<<10 + (low - 0xDC00), ""
	}
	// The one form of a control character without a short escape is \u00xx, in lower case.
	hex := r.in[r.at-4 : r.at]
	if unit >= 0x20 || bytes.ContainsAny(hex, "ABCDEF") || bytes.IndexByte([]byte(shortMeanings), byte(unit)) >= 0 {
		r.otherForm = true
	}
	return unit, ""
}

const (
	shortEscapes  = "\"\\/bfnrt"
	shortMeanings = "\"\\/\b\f\n\r\t"
)

func (r *reader) hexUnit() (rune, bool) {
	if len(r.in)-r.at < 4 {
		return 0, false
	}
	var unit rune
	for _, c := range r.in[r.at : r.at+4] {
		switch {
		case isDigit(c):
			unit = unit<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			unit = unit<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			unit = unit<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	r.at += 4
	return unit, true
}
