// Package archive reads the container of a bundle: a ZIP archive of which there is exactly one form for a set of
// files (bundle, section 1). Nothing is copied: the files are parts of the archive's bytes.
package archive

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"strings"

	"clyra.dev/verify/spec"
)

// File is one entry of an archive.
type File struct {
	Name string
	Data []byte
}

const (
	localSignature   = 0x04034b50
	centralSignature = 0x02014b50
	endSignature     = 0x06054b50
	localLength      = 30
	centralLength    = 46
	endLength        = 22
)

// entry is what is read of an entry's headers.
type entry struct {
	file          File
	flags, method uint16
	checksum      uint32
	// dataAt is where the file's bytes begin.
	dataAt int
}

// Open reads an archive. code is that of the first offence, or "".
func Open(archive []byte) (files []File, code string) {
	limits := spec.Known.Limits
	if int64(len(archive)) > limits.ArchiveBytes {
		return nil, "CONTAINER_TOO_LARGE"
	}
	if len(archive) < endLength {
		return nil, "CONTAINER_MALFORMED"
	}
	endAt := len(archive) - endLength
	endRecord := archive[endAt:]
	if u32(endRecord) != endSignature {
		return nil, "CONTAINER_MALFORMED"
	}
	count := int(u16(endRecord[10:]))
	if count > limits.ArchiveEntries {
		return nil, "CONTAINER_TOO_LARGE"
	}
	entries, ok := readHeaders(archive[:endAt], int64(u32(endRecord[16:])), count, len(archive))
	if !ok {
		return nil, "CONTAINER_MALFORMED"
	}
	if code := judge(entries); code != "" {
		return nil, code
	}
	if !isCanonical(archive, entries) {
		return nil, "CONTAINER_NOT_CANONICAL"
	}
	for _, e := range entries {
		files = append(files, e.file)
	}
	return files, ""
}

// readHeaders reads count central headers and their local ones, all of them in body, which ends at the end record.
func readHeaders(body []byte, at int64, count, archiveLength int) (entries []entry, ok bool) {
	length := int64(len(body))
	var total int64
	for range count {
		if at+centralLength > length || u32(body[at:]) != centralSignature {
			return nil, false
		}
		header := body[at:]
		nameLength := int64(u16(header[28:]))
		next := at + centralLength + nameLength + int64(u16(header[30:])) + int64(u16(header[32:]))
		size := int64(u32(header[20:]))
		localAt := int64(u32(header[42:]))
		if next > length || localAt+localLength > length || u32(body[localAt:]) != localSignature {
			return nil, false
		}
		local := body[localAt:]
		dataAt := localAt + localLength + int64(u16(local[26:])) + int64(u16(local[28:]))
		if total += size; dataAt+size > length || total > int64(archiveLength) {
			return nil, false
		}
		entries = append(entries, entry{
			file: File{
				Name: string(header[centralLength : centralLength+nameLength]),
				Data: body[dataAt : dataAt+size : dataAt+size],
			},
			flags:    u16(header[8:]),
			method:   u16(header[10:]),
			checksum: u32(header[16:]),
			dataAt:   int(dataAt),
		})
		at = next
	}
	return entries, true
}

// judge makes the checks of step 3, each over all entries.
func judge(entries []entry) string {
	for _, e := range entries {
		if e.flags != 0 || e.method != 0 {
			return "CONTAINER_METHOD"
		}
	}
	for _, e := range entries {
		if !IsName(e.file.Name) {
			return "CONTAINER_NAME"
		}
	}
	names := make(map[string]struct{}, len(entries))
	for _, e := range entries {
		if _, twice := names[e.file.Name]; twice {
			return "CONTAINER_DUPLICATE"
		}
		names[e.file.Name] = struct{}{}
	}
	for _, e := range entries {
		if crc32.ChecksumIEEE(e.file.Data) != e.checksum {
			return "CONTAINER_CHECKSUM"
		}
	}
	return ""
}

// IsName is the grammar of the names of files.
func IsName(name string) bool {
	if len(name) > spec.Known.Limits.NameBytes {
		return false
	}
	for segment := range strings.SplitSeq(name, "/") {
		if segment == "" || segment == "." || segment == ".." {
			return false
		}
		for _, c := range []byte(segment) {
			if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '-') {
				return false
			}
		}
	}
	return true
}

// isCanonical says whether the archive is byte for byte what the one writer makes of the entries. The headers are
// written anew; the bytes of a file are compared only where they do not lie in their place already.
func isCanonical(archive []byte, entries []entry) bool {
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.file.Name, b.file.Name) })
	rest := archive
	matches := func(expected []byte) bool {
		found := bytes.HasPrefix(rest, expected)
		if found {
			rest = rest[len(expected):]
		}
		return found
	}
	offsets := make([]uint32, len(entries))
	for i, e := range entries {
		offsets[i] = uint32(len(archive) - len(rest))
		local := binary.LittleEndian.AppendUint32(nil, localSignature)
		if !matches(append(appendFields(local, e), e.file.Name...)) {
			return false
		}
		if len(archive)-len(rest) == e.dataAt {
			rest = rest[len(e.file.Data):]
		} else if !matches(e.file.Data) {
			return false
		}
	}
	directoryAt := len(archive) - len(rest)
	for i, e := range entries {
		central := binary.LittleEndian.AppendUint32(nil, centralSignature)
		central = append(appendFields(append(central, 10, 0), e), make([]byte, 10)...)
		central = binary.LittleEndian.AppendUint32(central, offsets[i])
		if !matches(append(central, e.file.Name...)) {
			return false
		}
	}
	directoryLength := len(archive) - len(rest) - directoryAt
	end := binary.LittleEndian.AppendUint32(nil, endSignature)
	end = append(end, 0, 0, 0, 0)
	end = binary.LittleEndian.AppendUint16(end, uint16(len(entries)))
	end = binary.LittleEndian.AppendUint16(end, uint16(len(entries)))
	end = binary.LittleEndian.AppendUint32(end, uint32(directoryLength))
	end = binary.LittleEndian.AppendUint32(end, uint32(directoryAt))
	return bytes.Equal(rest, append(end, 0, 0))
}

// appendFields writes the ten fields, 26 bytes, that local and central headers share.
func appendFields(header []byte, e entry) []byte {
	header = append(header, 10, 0, 0, 0, 0, 0, 0, 0, 0x21, 0)
	header = binary.LittleEndian.AppendUint32(header, e.checksum)
	header = binary.LittleEndian.AppendUint32(header, uint32(len(e.file.Data)))
	header = binary.LittleEndian.AppendUint32(header, uint32(len(e.file.Data)))
	header = binary.LittleEndian.AppendUint16(header, uint16(len(e.file.Name)))
	return append(header, 0, 0)
}

func u16(b []byte) uint16 { return binary.LittleEndian.Uint16(b) }
func u32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }
