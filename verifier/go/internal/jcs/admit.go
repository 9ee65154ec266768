// Package jcs admits JSON (log, section 1) and reads what was admitted where it lies.
//
// Admission is one pass over the bytes that keeps nothing of them. What is admitted has exactly one form, so a
// [Value] is simply the bytes of a value: reading needs no tree in memory, and two values are the same where
// their bytes are.
package jcs

import (
	"bytes"
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
// collected, and compared when the object ends or an offence ends it: a name that stands twice among those read so far
// comes before that offence.
func (r *reader) object(level int) string {
	names, code := r.members(level)
	if names != nil && names.repeat() {
		return "JSON_DUPLICATE_NAME"
	}
	return code
}

func (r *reader) members(level int) (names *places, code string) {
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
			names = placesOfNames(r.in, start, nameAt)
		}
		if names != nil {
			names.add(nameAt)
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
