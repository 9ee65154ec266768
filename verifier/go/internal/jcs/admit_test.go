package jcs_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"clyra.dev/verify/internal/jcs"
)

// Each sentence of log, section 1, by a document that it decides.
func TestAdmit(t *testing.T) {
	deep := func(levels int, inside string) string { return strings.Repeat("[", levels) + inside }
	for document, code := range map[string]string{
		"\xEF\xBB\xBF\xFF":                       "JSON_BOM",
		"[\xC0\xAF":                              "JSON_BAD_UTF8",
		"":                                       "JSON_SYNTAX",
		" \n":                                    "JSON_SYNTAX",
		"{} x":                                   "JSON_TRAILING",
		"01":                                     "JSON_TRAILING",
		"[01]":                                   "JSON_SYNTAX",
		"[1e]":                                   "JSON_SYNTAX",
		"-01":                                    "JSON_NUMBER",
		"1.5e":                                   "JSON_NUMBER",
		"-":                                      "JSON_SYNTAX",
		"1E0":                                    "JSON_NUMBER",
		"9007199254740991":                       "",
		"-9007199254740992":                      "JSON_NUMBER",
		deep(32, "") + deep(0, ""):               "JSON_TOO_DEEP",
		deep(32, strings.Repeat("]", 32)):        "",
		deep(32, "0"):                            "JSON_TOO_DEEP",
		`{"a":0,"a":0}`:                          "JSON_DUPLICATE_NAME",
		`{"b":0,"a":0,"b"`:                       "JSON_DUPLICATE_NAME",
		`{"b":0,"a":{"x":0,"\u0078"1`:            "JSON_DUPLICATE_NAME",
		`{"b":0,"a":0,"\u0062":[`:                "JSON_DUPLICATE_NAME",
		`{"b":0,"a":[1.5],"b":0}`:                "JSON_NUMBER",
		`{"a b":0}`:                              "JSON_FORBIDDEN_NAME",
		`{"":0}`:                                 "JSON_FORBIDDEN_NAME",
		`{"__proto__":0}`:                        "JSON_FORBIDDEN_NAME",
		`{"b":0,"a":0}`:                          "JSON_NOT_CANONICAL",
		`"\uD800"`:                               "JSON_SURROGATE",
		`"\uD800\n"`:                             "JSON_SURROGATE",
		`"\uD800\uD8`:                            "JSON_SURROGATE",
		`"\uDC00"`:                               "JSON_SURROGATE",
		`"\uD80"`:                                "JSON_SYNTAX",
		`"\uD800\uDC00"`:                         "JSON_NOT_CANONICAL",
		`"\/"`:                                   "JSON_NOT_CANONICAL",
		`"\u000a"`:                               "JSON_NOT_CANONICAL",
		`"\u000B"`:                               "JSON_NOT_CANONICAL",
		`"\u000b\u001f\n"`:                       "",
		`"\u007f"`:                               "JSON_NOT_CANONICAL",
		"\"\x7F\u2028\"":                         "",
		"\"\x1F\"":                               "JSON_SYNTAX",
		"[1, 2]":                                 "JSON_NOT_CANONICAL",
		"[\u00A01]":                              "JSON_SYNTAX",
		"nul":                                    "JSON_SYNTAX",
		"[true,false,null]":                      "",
		`{"` + strings.Repeat("n", 128) + `":0}`: "",
		`{"` + strings.Repeat("n", 129) + `":0}`: "JSON_FORBIDDEN_NAME",
	} {
		if found := jcs.Admit([]byte(document)); found != code {
			t.Errorf("%q: %q, expected %q", document, found, code)
		}
	}
}

// An object whose names do not ascend costs four bytes a name, and time as for sorting them.
func TestAdmitOfManyNames(t *testing.T) {
	var document bytes.Buffer
	document.WriteString("{")
	for i := range 200_000 {
		if i > 0 {
			document.WriteString(",")
		}
		document.WriteString(`"` + string(rune('a'+i%26)) + strings.Repeat("x", 1+i%7) + string('0'+rune(i%10)) + itoa(i) + `":0`)
	}
	document.WriteString("}")
	if code := jcs.Admit(document.Bytes()); code != "JSON_NOT_CANONICAL" {
		t.Errorf("%q", code)
	}
	twice := append(document.Bytes()[:document.Len()-1], []byte(`,"ax00":0}`)...)
	if code := jcs.Admit(twice); code != "JSON_DUPLICATE_NAME" {
		t.Errorf("%q", code)
	}
}

func itoa(number int) string { return string(json.RawMessage(mustMarshal(number))) }

func mustMarshal(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return text
}

// What is admitted is JSON for others too, walking it gives the same, and serialising that gives the same bytes.
func FuzzAdmit(f *testing.F) {
	for _, seed := range []string{`{"a":[1,-2,"\u001f\n\"é"],"b":{"c":null}}`, `[[],{},""]`, `{"b":0,"a":0,"b"`, "\"\\ud83d\\ude00\"", "-0"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		code := jcs.Admit(document)
		if code != "" && !strings.HasPrefix(code, "JSON_") {
			t.Fatal(code)
		}
		if code != "" {
			return
		}
		decoder := json.NewDecoder(bytes.NewReader(document))
		decoder.UseNumber()
		var value any
		if err := decoder.Decode(&value); err != nil {
			t.Fatal(err)
		}
		if again := serialised(nil, value); !bytes.Equal(again, document) {
			t.Fatalf("%s is admitted, and %s serialised", document, again)
		}
		if walked := serialised(nil, walk(document)); !bytes.Equal(walked, document) {
			t.Fatalf("%s is walked as %s", document, walked)
		}
	})
}

// serialised is a plain writer of RFC 8785 for what is admitted.
func serialised(out []byte, value any) []byte {
	switch v := value.(type) {
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		out = append(out, '{')
		for i, name := range names {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(serialised(out, name), ':')
			out = serialised(out, v[name])
		}
		return append(out, '}')
	case []any:
		out = append(out, '[')
		for i, item := range v {
			if i > 0 {
				out = append(out, ',')
			}
			out = serialised(out, item)
		}
		return append(out, ']')
	case string:
		out = append(out, '"')
		for _, c := range []byte(v) {
			if at := strings.IndexByte("\"\\\b\f\n\r\t", c); at >= 0 {
				out = append(out, '\\', "\"\\bfnrt"[at])
			} else if c < 0x20 {
				out = append(out, `\u00`...)
				out = append(out, "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
			} else {
				out = append(out, c)
			}
		}
		return append(out, '"')
	}
	return append(out, mustMarshal(value)...)
}

func walk(v jcs.Value) any {
	switch {
	case v.IsObject():
		members := map[string]any{}
		for name, member := range v.Members() {
			members[string(name)] = walk(member)
		}
		return members
	case v.IsList():
		items := []any{}
		for item := range v.Items() {
			items = append(items, walk(item))
		}
		return items
	case v.IsText():
		text, _ := v.Text()
		return text
	case v.IsNull():
		return nil
	}
	if truth, ok := v.Bool(); ok {
		return truth
	}
	number, _ := v.Int()
	return number
}
