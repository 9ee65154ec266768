package record

import (
	"bytes"
	"encoding/hex"

	"clyra.dev/verify/internal/jcs"
)

func isDigit(c byte) bool         { return c >= '0' && c <= '9' }
func isLower(c byte) bool         { return c >= 'a' && c <= 'z' }
func isLowerOrDigit(c byte) bool  { return isLower(c) || isDigit(c) }
func isLetterOrDigit(c byte) bool { return isLowerOrDigit(c) || c >= 'A' && c <= 'Z' }

// consists says whether text has min to max bytes, each a letter, a digit or one of others.
func consists(text []byte, min, max int, others string) bool {
	if len(text) < min || len(text) > max {
		return false
	}
	for _, c := range text {
		if !isLetterOrDigit(c) && bytes.IndexByte([]byte(others), c) < 0 {
			return false
		}
	}
	return true
}

// parseID reads a lower-case UUID of version 7 or 8 and variant 10.
func parseID(text []byte) (id [16]byte, ok bool) {
	if len(text) != 36 {
		return id, false
	}
	digits := make([]byte, 0, 32)
	for i, c := range text {
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return id, false
			}
		case isDigit(c) || c >= 'a' && c <= 'f':
			digits = append(digits, c)
		default:
			return id, false
		}
	}
	if _, err := hex.Decode(id[:], digits); err != nil {
		return id, false
	}
	version := id[6] >> 4
	return id, (version == 7 || version == 8) && id[8]>>6 == 2
}

// isType is [a-z][a-z0-9-]{0,62}(\.[a-z0-9][a-z0-9_-]{0,62}){1,15}\.v[1-9][0-9]{0,5}.
func isType(text []byte) bool {
	last := bytes.LastIndexByte(text, '.')
	if last < 0 || !isVersion(text[last+1:]) {
		return false
	}
	segments := 0
	for segment := range bytes.SplitSeq(text[:last], []byte(".")) {
		if len(segment) < 1 || len(segment) > 63 {
			return false
		}
		if first := segment[0]; !isLower(first) && (segments == 0 || !isDigit(first)) {
			return false
		}
		for _, c := range segment {
			if !isLowerOrDigit(c) && c != '-' && (segments == 0 || c != '_') {
				return false
			}
		}
		segments++
	}
	return segments >= 2 && segments <= 16
}

func isVersion(text []byte) bool {
	if len(text) < 2 || len(text) > 7 || text[0] != 'v' || text[1] == '0' {
		return false
	}
	for _, c := range text[1:] {
		if !isDigit(c) {
			return false
		}
	}
	return true
}

// IsOrigin is [a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?.
func IsOrigin(text []byte) bool {
	if len(text) < 1 || len(text) > 253 {
		return false
	}
	for _, c := range text {
		if !isLowerOrDigit(c) && c != '.' && c != '-' {
			return false
		}
	}
	return isLowerOrDigit(text[0]) && isLowerOrDigit(text[len(text)-1])
}

// IsStream is [a-z][a-z0-9]{0,30}-[A-Za-z0-9._:~-]{1,200}.
func IsStream(text []byte) bool {
	category, rest, parted := bytes.Cut(text, []byte("-"))
	if !parted || len(category) < 1 || len(category) > 31 || !isLower(category[0]) {
		return false
	}
	for _, c := range category {
		if !isLowerOrDigit(c) {
			return false
		}
	}
	return IsRunID(rest)
}

// IsRunID is [A-Za-z0-9._:~-]{1,200}: what stands behind the category of a stream.
func IsRunID(text []byte) bool { return consists(text, 1, 200, "._:~-") }

func isSubmitter(text []byte) bool { return consists(text, 1, 200, "._:@/~-") }

// isTime is YYYY-MM-DDTHH:mm:ss(.[0-9]{1,9})?Z, an instant of the proleptic Gregorian calendar.
func isTime(text []byte) bool {
	const whole = len("YYYY-MM-DDTHH:mm:ss")
	if len(text) < whole+1 || text[len(text)-1] != 'Z' || !isDateAndTime(text[:whole]) {
		return false
	}
	fraction := text[whole : len(text)-1]
	if len(fraction) == 0 {
		return true
	}
	return fraction[0] == '.' && len(fraction) >= 2 && len(fraction) <= 10 && allDigits(fraction[1:])
}

// IsRecordedAt is YYYY-MM-DDTHH:mm:ss.sssZ, an instant like that of time.
func IsRecordedAt(text []byte) bool {
	return len(text) == len("YYYY-MM-DDTHH:mm:ss.sssZ") && isTime(text)
}

func allDigits(text []byte) bool {
	for _, c := range text {
		if !isDigit(c) {
			return false
		}
	}
	return true
}

func isDateAndTime(text []byte) bool {
	for i, c := range []byte("0000-00-00T00:00:00") {
		if c == '0' && !isDigit(text[i]) || c != '0' && text[i] != c {
			return false
		}
	}
	number := func(from, to int) (n int) {
		for _, c := range text[from:to] {
			n = n*10 + int(c-'0')
		}
		return n
	}
	year, month, day := number(0, 4), number(5, 7), number(8, 10)
	return month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month) &&
		number(11, 13) <= 23 && number(14, 16) <= 59 && number(17, 19) <= 59
}

func daysOf(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// isSubject says whether v is a text of 1 to 512 characters.
func isSubject(v jcs.Value) bool {
	text, ok := v.Text()
	return ok && characters(text) >= 1 && characters(text) <= 512
}
