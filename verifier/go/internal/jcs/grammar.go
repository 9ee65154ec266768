package jcs

import "encoding/hex"

// IsDecimal says whether text is a position, size or revision: 0|[1-9][0-9]*, at most 2^53-1.
func IsDecimal(text []byte) bool {
	if len(text) == 0 || len(text) > 1 && text[0] == '0' {
		return false
	}
	for _, c := range text {
		if !isDigit(c) {
			return false
		}
	}
	return isSafe(text)
}

// ParseDecimal is the number that a decimal text names; ok is false where it is none.
func ParseDecimal(text []byte) (number uint64, ok bool) {
	if !IsDecimal(text) {
		return 0, false
	}
	for _, c := range text {
		number = number*10 + uint64(c-'0')
	}
	return number, true
}

// Hash is the 32 bytes of SHA-256, or of a key or salt, which stand in JSON as 64 lower-case hexadecimal digits.
type Hash [32]byte

// String is the hash as it stands in JSON.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// ParseHash is the hash that a text names; ok is false where it is none.
func ParseHash(text []byte) (hash Hash, ok bool) {
	if len(text) != 2*len(hash) || !decodeHex(text, hash[:]) {
		return Hash{}, false
	}
	return hash, true
}

// decodeHex reads digits into as many bytes as there is room for.
func decodeHex(text, into []byte) bool {
	for i := range into {
		high, low := hexDigit[text[2*i]], hexDigit[text[2*i+1]]
		if high > 15 || low > 15 {
			return false
		}
		into[i] = high<<4 | low
	}
	return true
}

// Hex is the bytes that v spells in lower-case hexadecimal digits; ok is false where it is not min to max of them.
func (v Value) Hex(min, max int) (data []byte, ok bool) {
	plain, ok := v.Plain()
	if !ok || len(plain)%2 != 0 || len(plain) < 2*min || len(plain) > 2*max {
		return nil, false
	}
	data = make([]byte, len(plain)/2)
	return data, decodeHex(plain, data)
}

// hexDigit is the value of each lower-case hexadecimal digit, and 255 for any other byte.
var hexDigit = func() (values [256]byte) {
	for c := range values {
		values[c] = 255
	}
	for i, c := range []byte("0123456789abcdef") {
		values[c] = byte(i)
	}
	return values
}()

// Decimal is the number that v, a decimal string, names.
func (v Value) Decimal() (number uint64, ok bool) {
	plain, ok := v.Plain()
	if !ok {
		return 0, false
	}
	return ParseDecimal(plain)
}

// Hash is the hash that v, a string of 64 lower-case hexadecimal digits, names.
func (v Value) Hash() (hash Hash, ok bool) {
	plain, ok := v.Plain()
	if !ok {
		return hash, false
	}
	return ParseHash(plain)
}

// Within says whether v is a string without escapes of min to max bytes, each of which is allowed.
func (v Value) Within(min, max int, allowed func(byte) bool) bool {
	plain, ok := v.Plain()
	return ok && len(plain) >= min && len(plain) <= max && every(plain, allowed)
}

func every(text []byte, allowed func(byte) bool) bool {
	for _, c := range text {
		if !allowed(c) {
			return false
		}
	}
	return true
}

// IsReason says whether v is a text [a-z0-9-]{1,64}.
func (v Value) IsReason() bool {
	return v.Within(1, 64, func(c byte) bool { return isDigit(c) || c >= 'a' && c <= 'z' || c == '-' })
}
