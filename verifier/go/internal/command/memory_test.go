package command

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"clyra.dev/verify/internal/archive"
	"clyra.dev/verify/internal/archive/archivetest"
)

const honest = "../../../../spec/bundle/test-vectors/valid/honest.def.zip"

// bundleInChild names the bundle that a child of the test verifies.
const bundleInChild = "CLYRA_TEST_BUNDLE"

// TestMain is the child where it is asked to: it verifies a bundle and prints the most memory that the process had.
func TestMain(m *testing.M) {
	path := os.Getenv(bundleInChild)
	if path == "" {
		os.Exit(m.Run())
	}
	boundMemory()
	var out bytes.Buffer
	p := Program{Name: "clyra-verify", Arguments: []string{path, "--json"}, Stdout: &out, Stderr: os.Stderr, Environment: os.Getenv}
	p.Run()
	var result struct{ Code string }
	if err := json.Unmarshal(out.Bytes(), &result); err != nil {
		panic(err)
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	fmt.Println(result.Code, strings.Fields(rest)[0])
}

// Documents of many small values, which a tree of objects would make many times as large, take less memory than the
// archive once more.
func TestMemoryIsBelowTwiceTheArchive(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux says how much memory a process had")
	}
	least := peak(t, "NO_TRUSTED_KEY", honest)
	many := func(first, each, last string, count int) []byte {
		return []byte(first + strings.Repeat(each, count) + last)
	}
	const megabytes = 40 << 20
	numbered := func(first, format, last string) []byte {
		out := bytes.NewBufferString(first)
		for i := 0; out.Len() < megabytes; i++ {
			fmt.Fprintf(out, format, i)
		}
		out.Truncate(out.Len() - 1)
		out.WriteString(last)
		return out.Bytes()
	}
	for name, c := range map[string]struct {
		file, code string
		data       []byte
	}{
		"an opening of many numbers": {"openings.json", "DSSE_DIGEST_MISMATCH", many(`[{"pointer":"/data","position":"0","salt":"`+strings.Repeat("0", 64)+`","value":[0`, ",0", `]}]`, megabytes/2)},
		"many positions":             {"proof.json", "PROOF_POSITIONS", many(`{"hashes":[],"positions":["0"`, `,"0"`, `],"size":"10"}`, megabytes/4)},
		"many paths":                 {"heads.json", "HEADS_FILE_MISMATCH", numbered(`{"paths":[`, `{"head":null,"other":null,"siblings":[],"stream":"a-%09d"},`, `],"position":"1","root":"`+strings.Repeat("0", 64)+`"}`)},
		"names out of order":         {"openings.json", "JSON_NOT_CANONICAL", numbered(`{"z":0,`, `"%d":0,`, `}`)},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "bundle.zip")
			size := writeChanged(t, path, c.file, c.data)
			used := peak(t, c.code, path) - least
			if used >= 2*size {
				t.Errorf("%d bytes for an archive of %d", used, size)
			}
		})
	}
}

// peak is the most memory that a process had that verified the bundle, in bytes.
func peak(t *testing.T, code, path string) int {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), bundleInChild+"="+path, "HOME="+t.TempDir())
	child.Stderr = os.Stderr
	said, err := child.Output()
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(said))
	if len(fields) != 2 || fields[0] != code {
		t.Fatalf("%q, expected %s", said, code)
	}
	kilobytes, err := strconv.Atoi(fields[1])
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes << 10
}

// writeChanged writes the honest bundle with one file in another form, listed as it is then; gives the archive's size.
func writeChanged(t *testing.T, path, name string, data []byte) int {
	t.Helper()
	original, err := os.ReadFile(honest)
	if err != nil {
		t.Fatal(err)
	}
	files, code := archive.Open(original)
	if code != "" {
		t.Fatal(code)
	}
	files = slices.DeleteFunc(files, func(f archive.File) bool { return f.Name == name })
	files = append(files, archive.File{Name: name, Data: data})
	for i, file := range files {
		if file.Name == "manifest.json" {
			files[i].Data = relisted(t, file.Data, name, data)
		}
	}
	bundle := archivetest.Write(files)
	if err := os.WriteFile(path, bundle, 0o600); err != nil {
		t.Fatal(err)
	}
	return len(bundle)
}

// relisted is the manifest with that file's size and digest in its list.
func relisted(t *testing.T, manifest []byte, name string, data []byte) []byte {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal(manifest, &members); err != nil {
		t.Fatal(err)
	}
	type entry = map[string]any
	list := []any{entry{"path": name, "sha256": fmt.Sprintf("%x", sha256.Sum256(data)), "size": strconv.Itoa(len(data))}}
	for _, each := range members["files"].([]any) {
		if each.(entry)["path"] != name {
			list = append(list, each)
		}
	}
	slices.SortFunc(list, func(a, b any) int {
		return strings.Compare(a.(entry)["path"].(string), b.(entry)["path"].(string))
	})
	members["files"] = list
	out, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
