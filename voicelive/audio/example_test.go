package audio_test

import (
	"bytes"
	"fmt"
	"io"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
)

// A call at 8 kHz becomes PCM at 24 kHz, as the service takes it by default.
func Example() {
	fromPhone := make([]byte, 160) // 20 ms of µ-law
	r, err := audio.NewResampler(8000, 24000)
	if err != nil {
		fmt.Println(err)
		return
	}
	pcm := audio.AppendPCMOfMuLaw(nil, fromPhone)
	pcm = r.Flush(r.Append(nil, pcm))
	f := audio.Format{Encoding: audio.PCM16, Rate: 24000, Channels: 1}
	fmt.Println(f.Duration(len(pcm)) >= 20e6, r.Delay().Round(1e5))
	// Output: true 3.7ms
}

func ExampleNewWriter() {
	var file bytes.Buffer
	w, err := audio.NewWriter(&file, audio.Format{Encoding: audio.PCM16, Rate: 24000, Channels: 1})
	if err == nil {
		_, err = w.Write(make([]byte, 4800))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := audio.NewReader(&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	sound, err := io.ReadAll(r)
	fmt.Println(r.Format(), r.Format().Duration(len(sound)), err)
	// Output: pcm16, 24000 Hz, mono 100ms <nil>
}
