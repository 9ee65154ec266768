package jcs

import (
	"iter"
	"strconv"
	"unicode/utf8"
)

// Value is the bytes of one value of an admitted document; nil where there is no value. Two values are the same
// exactly where their bytes are.
type Value []byte

// Null is the value null.
var Null = Value("null")

// IsNull says whether v is null.
func (v Value) IsNull() bool { return string(v) == "null" }

// IsObject says whether v is an object.
func (v Value) IsObject() bool { return len(v) > 0 && v[0] == '{' }

// IsList says whether v is an array.
func (v Value) IsList() bool { return len(v) > 0 && v[0] == '[' }

// IsText says whether v is a string.
func (v Value) IsText() bool { return len(v) > 0 && v[0] == '"' }

// Bool is the boolean that v is; ok is false for any other value.
func (v Value) Bool() (value, ok bool) {
	return string(v) == "true", string(v) == "true" || string(v) == "false"
}

// Int is the number that v is; ok is false for any other value.
func (v Value) Int() (value int64, ok bool) {
	if len(v) == 0 || v[0] != '-' && !isDigit(v[0]) {
		return 0, false
	}
	value, err := strconv.ParseInt(string(v), 10, 64)
	return value, err == nil
}

// Text is what the string v says; ok is false for any other value.
func (v Value) Text() (text string, ok bool) {
	if !v.IsText() {
		return "", false
	}
	plain, ok := v.Plain()
	if ok {
		return string(plain), true
	}
	r := reader{in: v, at: 1}
	out := make([]byte, 0, len(v))
	for {
		from := r.at
		for isPlain[r.in[r.at]] {
			r.at++
		}
		out = append(out, r.in[from:r.at]...)
		r.at++
		if r.in[r.at-1] == '"' {
			return string(out), true
		}
		unit, _ := r.escape()
		out = utf8.AppendRune(out, unit)
	}
}

// Plain is what the string v says, where it lies; ok is false for any other value and for a string with escapes.
func (v Value) Plain() (text []byte, ok bool) {
	if !v.IsText() {
		return nil, false
	}
	inside := v[1 : len(v)-1]
	for _, c := range inside {
		if c == '\\' {
			return nil, false
		}
	}
	return inside, true
}

// Is says whether v is the string text, which needs no escapes.
func (v Value) Is(text string) bool {
	return len(v) == len(text)+2 && v[0] == '"' && string(v[1:len(v)-1]) == text
}

// Members are the members of an object in their order; none where v is no object. No name has escapes.
func (v Value) Members() iter.Seq2[[]byte, Value] {
	return func(yield func([]byte, Value) bool) {
		if !v.IsObject() {
			return
		}
		for at := 1; v[at] != '}'; {
			if v[at] == ',' {
				at++
			}
			nameEnd := end(v, at)
			valueEnd := end(v, nameEnd+1)
			if !yield(v[at+1:nameEnd-1], v[nameEnd+1:valueEnd]) {
				return
			}
			at = valueEnd
		}
	}
}

// Cursor goes through the elements of a list.
type Cursor struct{ rest []byte }

// Cursor stands before the first element of the list v; before the end where v is no list.
func (v Value) Cursor() Cursor {
	if !v.IsList() {
		return Cursor{}
	}
	return Cursor{rest: v[1 : len(v)-1]}
}

// Next is the next element; ok is false where there is none.
func (c *Cursor) Next() (item Value, ok bool) {
	if len(c.rest) == 0 {
		return nil, false
	}
	itemEnd := end(c.rest, 0)
	item = c.rest[:itemEnd]
	c.rest = c.rest[min(itemEnd+1, len(c.rest)):]
	return item, true
}

// Items are the elements of a list in their order; none where v is no list.
func (v Value) Items() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		cursor := v.Cursor()
		for item, more := cursor.Next(); more && yield(item); item, more = cursor.Next() {
		}
	}
}

// Member is the member of that name, nil where v has none or is no object.
func (v Value) Member(name string) Value {
	for each, value := range v.Members() {
		if string(each) == name {
			return value
		}
	}
	return nil
}

// Exactly are the values of an object that has exactly the members of these names, which are given in byte order;
// ok is false for anything else.
func (v Value) Exactly(names ...string) (values []Value, ok bool) {
	if !v.IsObject() {
		return nil, false
	}
	values = make([]Value, 0, len(names))
	for name, value := range v.Members() {
		if len(values) == len(names) || string(name) != names[len(values)] {
			return nil, false
		}
		values = append(values, value)
	}
	return values, len(values) == len(names)
}

// end is the place behind the value that begins at a place of an admitted document.
func end(in []byte, at int) int {
	depth := 0
	for {
		switch in[at] {
		case '"':
			at = endOfString(in, at)
		case '{', '[':
			depth++
			at++
			continue
		case '}', ']':
			depth--
			at++
		case ',', ':', ' ', '\t', '\n', '\r':
			at++
			continue
		default:
			for at < len(in) && !isDelimiter[in[at]] {
				at++
			}
		}
		if depth == 0 {
			return at
		}
	}
}

func endOfString(in []byte, at int) int {
	for at++; in[at] != '"'; at++ {
		if in[at] == '\\' {
			at++
		}
	}
	return at + 1
}

// isDelimiter says of each byte whether it ends a number or a word.
var isDelimiter = func() (delimiter [256]bool) {
	for _, c := range []byte(",:]}[{\" \t\n\r") {
		delimiter[c] = true
	}
	return delimiter
}()
