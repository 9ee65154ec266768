package note_test

import (
	"strings"
	"testing"

	"clyra.dev/verify/internal/note"
)

const vkey = "vectors.clyra.internal+f7c483ab+ATFWw6qulA6VnBOmPTZpw1TqrL+/cFRj56YKVZpgWMVK"

func TestParseKey(t *testing.T) {
	key, ok := note.ParseKey(vkey)
	if !ok || key.String() != vkey || key.Name != "vectors.clyra.internal" {
		t.Error(key, ok)
	}
	for _, bad := range []string{
		"", "a+b", strings.Replace(vkey, "f7c483ab", "f7c483ac", 1), strings.Replace(vkey, "f7c483ab", "F7C483AB", 1),
		vkey + "\n", vkey + "=", " " + vkey, strings.Replace(vkey, "+ATF", "+AjF", 1),
		// A key of small order.
		"a+b9b4ae0b+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	} {
		if _, ok := note.ParseKey(bad); ok {
			t.Errorf("%q is taken for a key", bad)
		}
	}
}

// A note that is read has its parts where they stand in the file.
func FuzzParse(f *testing.F) {
	f.Add([]byte("origin\n10\nfui0KX6WS5CtnJTnBsijVC7eQPTRCgrVwvKYUsS+yF0=\n\n— origin 98SDqxzs\n"))
	f.Add([]byte("\n\n— x AAAAAAA=\n"))
	f.Add([]byte("a\n\n\n— x AAAAAAA=\n— \n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		n, ok := note.Parse(file)
		if !ok {
			return
		}
		lines := strings.Count(string(file[len(n.Text)+1:]), "\n")
		if len(n.Text) == 0 || n.Text[len(n.Text)-1] != '\n' || len(n.Lines) != lines || lines == 0 {
			t.Fatal(len(n.Text), len(n.Lines), lines)
		}
		if c, ok := n.Checkpoint(); ok && (c.Size == 0 || c.Origin == "") {
			t.Fatal(c)
		}
	})
}
