// Package archivetest writes archives for tests: a writer of its own, by bundle, section 1.
package archivetest

import (
	"encoding/binary"
	"hash/crc32"
	"slices"
	"strings"

	"clyra.dev/verify/internal/archive"
)

// Write is the one archive of these files.
func Write(files []archive.File) []byte {
	files = slices.SortedFunc(slices.Values(files), func(a, b archive.File) int { return strings.Compare(a.Name, b.Name) })
	size := 22
	for _, file := range files {
		size += 76 + 2*len(file.Name) + len(file.Data)
	}
	out := make([]byte, 0, size)
	var directory []byte
	u32 := binary.LittleEndian.AppendUint32
	for _, file := range files {
		fields := []byte{10, 0, 0, 0, 0, 0, 0, 0, 0x21, 0}
		fields = u32(fields, crc32.ChecksumIEEE(file.Data))
		fields = u32(u32(fields, uint32(len(file.Data))), uint32(len(file.Data)))
		fields = append(binary.LittleEndian.AppendUint16(fields, uint16(len(file.Name))), 0, 0)
		directory = append(u32(directory, 0x02014b50), 10, 0)
		directory = append(append(directory, fields...), make([]byte, 10)...)
		directory = append(u32(directory, uint32(len(out))), file.Name...)
		out = append(append(append(u32(out, 0x04034b50), fields...), file.Name...), file.Data...)
	}
	start := len(out)
	count := binary.LittleEndian.AppendUint16(nil, uint16(len(files)))
	out = append(append(out, directory...), 'P', 'K', 5, 6, 0, 0, 0, 0)
	out = append(append(out, count...), count...)
	return append(u32(u32(out, uint32(len(directory))), uint32(start)), 0, 0)
}
