package jcs

import (
	"bytes"
	"unicode/utf8"
)

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
