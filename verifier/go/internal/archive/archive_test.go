package archive_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"testing"

	"clyra.dev/verify/internal/archive"
)

// Whatever is opened is an archive for others too, with the same files; and nothing makes the reader fall.
func FuzzOpen(f *testing.F) {
	for _, name := range []string{"valid/absent-run", "negative/zip-no-entries", "negative/zip-overlap"} {
		seed, err := os.ReadFile("../../../../spec/bundle/test-vectors/" + name + ".def.zip")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		files, code := archive.Open(data)
		if code != "" {
			return
		}
		other, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		if len(other.File) != len(files) {
			t.Fatalf("%d files, others find %d", len(files), len(other.File))
		}
		for i, file := range other.File {
			reader, err := file.Open()
			if err != nil {
				t.Fatal(err)
			}
			content, err := io.ReadAll(reader)
			if err != nil || file.Name != files[i].Name || !bytes.Equal(content, files[i].Data) {
				t.Fatal(file.Name, files[i].Name, err)
			}
		}
	})
}
