//go:build !race

package base64

import "testing"

func TestRejectsEverySingleByteCorruption(t *testing.T) {
	corrupt := func(src []byte, i int) {
		good := src[i]
		for c := range 256 {
			src[i] = byte(c)
			checkDecode(t, src)
		}
		src[i] = good
	}
	for n := range 65 {
		src := AppendEncode(nil, noise(n))
		for i := range src {
			corrupt(src, i)
		}
	}
	for _, n := range []int{957, 958, 4799, 4800} {
		src := AppendEncode(nil, noise(n))
		for i := range 48 {
			corrupt(src, i)
			corrupt(src, len(src)-1-i)
		}
		for i := 48; i < len(src); i += 397 {
			corrupt(src, i)
		}
	}
}
