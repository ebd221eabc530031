package live

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
)

// Audio is n bytes of noise: base64 of every kind, the same in every process.
func Audio(n int) []byte {
	random := rand.New(rand.NewPCG(24_000, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return b
}

// StringMember is the value of a member whose value needs no unescaping, in an event
// where name does not occur elsewhere.
func StringMember(event []byte, name string) ([]byte, bool) {
	_, rest, ok := bytes.Cut(event, []byte(name))
	if !ok {
		return nil, false
	}
	n := bytes.IndexByte(rest, '"')
	return rest[:max(n, 0)], n >= 0
}

// MaskWords masks a payload, or unmasks it.
func MaskWords(b []byte, key uint32) {
	wide := uint64(key)<<32 | uint64(key)
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^wide)
		b = b[8:]
	}
	for i := range b {
		b[i] ^= byte(key >> (8 * (i & 3)))
	}
}
