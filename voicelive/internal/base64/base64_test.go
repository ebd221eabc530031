package base64

import (
	"bytes"
	std "encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// checkDecode compares Decode with encoding/base64 on one input: verdict,
// bytes, whether the input is canonical, and that nothing else was written.
func checkDecode(t *testing.T, src []byte) {
	t.Helper()
	want, err := std.StdEncoding.DecodeString(string(src))
	accept := err == nil && !bytes.ContainsAny(src, "\r\n")
	_, err = std.StdEncoding.Strict().DecodeString(string(src))
	strict := err == nil

	const guard = 16
	size := DecodedLen(src)
	if size < 0 || size > len(src) {
		t.Fatalf("%q: decoded length %d", src, size)
	}
	dst := bytes.Repeat([]byte{0xA5}, size+guard)
	n, canonical, ok := Decode(dst, src)
	if ok != accept {
		t.Fatalf("%q: got ok = %t, want %t", src, ok, accept)
	}
	if !bytes.Equal(dst[size:], bytes.Repeat([]byte{0xA5}, guard)) {
		t.Fatalf("%q: wrote behind the %d bytes of the result", src, size)
	}
	if !ok {
		return
	}
	if n != size || !bytes.Equal(dst[:n], want) {
		t.Fatalf("%q: got %x, want %x", src, dst[:n], want)
	}
	if canonical != strict {
		t.Fatalf("%q: got canonical = %t, want %t", src, canonical, strict)
	}
	exact := make([]byte, size)
	if n, _, ok := Decode(exact[:size:size], src); !ok || !bytes.Equal(exact[:n], want) {
		t.Fatalf("%q: got %x into a slice of exact size, want %x", src, exact[:n], want)
	}
}

func checkEncode(t *testing.T, src []byte) {
	t.Helper()
	want := "x" + std.StdEncoding.EncodeToString(src)
	if got := AppendEncode([]byte("x"), src); string(got) != want {
		t.Fatalf("%x: got %q, want %q", src, got, want)
	}
	exact := make([]byte, 1, len(want))
	exact[0] = 'x'
	got := AppendEncode(exact, src)
	if string(got) != want || &got[0] != &exact[0] {
		t.Fatalf("%x: got %q, want %q in the slice that was given", src, got, want)
	}
}

func noise(n int) []byte {
	random := rand.New(rand.NewPCG(uint64(n), 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return b
}

func TestAgreesWithTheStandardLibrary(t *testing.T) {
	for n := range 300 {
		src := noise(n)
		checkEncode(t, src)
		checkDecode(t, AppendEncode(nil, src))
	}
	for _, n := range []int{960, 4800, 9600, 48000} {
		checkEncode(t, noise(n))
		checkDecode(t, AppendEncode(nil, noise(n)))
	}
}

func TestRejectsEveryDamagedEnding(t *testing.T) {
	for n := range 40 {
		src := string(AppendEncode(nil, noise(n)))
		for i := range src {
			checkDecode(t, []byte(src[:i]))
			checkDecode(t, []byte(src[i:]))
		}
		bare := strings.TrimRight(src, "=")
		for _, ending := range []string{"", "=", "==", "===", "====", "A", "A=", "A==", "AA", "=A", "==A", "=AA", "==AA", "QQ==", "\n", "\r\n", "=\n", " ", `\u002B`, `\/`, "-_", "\x00", "\xff"} {
			checkDecode(t, []byte(bare+ending))
			checkDecode(t, []byte(src+ending))
			checkDecode(t, []byte(ending+src))
		}
	}
}

func TestKnowsWhichTextItWouldWriteAgain(t *testing.T) {
	const lengths = "AAAAAAAAAAAAAAAAAAAA" // the last group is read by different code behind long texts
	for length := 0; length <= len(lengths); length += 4 {
		for v := range alphabet {
			checkDecode(t, []byte(lengths[:length]+"Q"+alphabet[v:v+1]+"=="))
			checkDecode(t, []byte(lengths[:length]+"QQ"+alphabet[v:v+1]+"="))
		}
	}
}

func TestAgreesOnRandomText(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	letters := alphabet + "====\n-_ \x80"
	for range 20_000 {
		src := make([]byte, random.IntN(40))
		for i := range src {
			src[i] = letters[random.IntN(len(letters))]
		}
		checkDecode(t, src)
	}
}

func TestDoesNotAllocateIntoABufferThatFits(t *testing.T) {
	audio := noise(4800)
	text := AppendEncode(nil, audio)
	buf := make([]byte, 0, len(text))
	allocs := testing.AllocsPerRun(100, func() {
		buf = AppendEncode(buf[:0], audio)
		Decode(audio, buf)
	})
	if allocs != 0 {
		t.Errorf("got %v allocations, want none", allocs)
	}
}

func FuzzBase64(f *testing.F) {
	for _, seed := range []string{"", "QQ==", "QR==", "QUI=", "QUJD", "=", "QQ=\n=", `\u002B`, strings.Repeat("QUJD", 9) + "QQ=="} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		checkDecode(t, src)
		checkEncode(t, src)
		checkDecode(t, AppendEncode(nil, src))
	})
}

func Benchmark(b *testing.B) {
	for _, n := range []int{960, 4800, 9600} {
		audio := noise(n)
		text := AppendEncode(nil, audio)
		dst := make([]byte, len(text))
		for _, bench := range []struct {
			name string
			run  func()
		}{
			{"decode/ours", func() { Decode(dst, text) }},
			{"decode/std", func() { std.StdEncoding.Decode(dst, text) }},
			{"encode/ours", func() { AppendEncode(dst[:0], audio) }},
			{"encode/std", func() { std.StdEncoding.Encode(dst, audio) }},
		} {
			b.Run(fmt.Sprintf("%s/%d", bench.name, n), func(b *testing.B) {
				b.SetBytes(int64(n))
				for b.Loop() {
					bench.run()
				}
			})
		}
	}
}
