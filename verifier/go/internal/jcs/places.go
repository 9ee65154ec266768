package jcs

import (
	"bytes"
	"sort"
)

// places are where the names of an object's members stand in a document, four bytes each and no more: an object may
// have millions of names, and nobody has said yet that it will be admitted.
type places struct {
	in     []byte
	blocks [][]uint32
	count  int
}

const placesInBlock = 1 << 14

func (p *places) add(at int) {
	if p.count%placesInBlock == 0 {
		length := placesInBlock
		if p.count == 0 {
			length = 8
		}
		p.blocks = append(p.blocks, make([]uint32, 0, length))
	}
	last := &p.blocks[len(p.blocks)-1]
	*last = append(*last, uint32(at))
	p.count++
}

// placesOfNames are those of the members between two places of a document, which were read before.
func placesOfNames(in []byte, from, to int) *places {
	names := &places{in: in}
	r := reader{in: in[:to], at: from}
	for r.space(); r.at < to; r.space() {
		names.add(r.at)
		r.at = endOfString(r.in, r.at)
		r.space()
		r.next(':')
		r.space()
		r.at = end(r.in, r.at)
		r.space()
		r.next(',')
	}
	return names
}

// repeat says whether two of the names say the same; it sorts them.
func (p *places) repeat() bool {
	sort.Sort(p)
	for i := 1; i < p.count; i++ {
		if p.compare(i-1, i) == 0 {
			return true
		}
	}
	return false
}

func (p *places) place(i int) *uint32 { return &p.blocks[i/placesInBlock][i%placesInBlock] }

// Len, Less and Swap are those of sort.Interface.
func (p *places) Len() int           { return p.count }
func (p *places) Less(i, j int) bool { return p.compare(i, j) < 0 }
func (p *places) Swap(i, j int) {
	a, b := p.place(i), p.place(j)
	*a, *b = *b, *a
}

func (p *places) compare(i, j int) int {
	var spaceA, spaceB [maxNameLength]byte
	return bytes.Compare(p.name(i, &spaceA), p.name(j, &spaceB))
}

// name is what a name says: where it lies, or in space where it has escapes.
func (p *places) name(i int, space *[maxNameLength]byte) []byte {
	inside := p.in[*p.place(i)+1:]
	for length, c := range inside {
		switch c {
		case '"':
			return inside[:length]
		case '\\':
			r := reader{in: inside}
			name, _ := r.text(space[:0])
			return name
		}
	}
	return nil
}
