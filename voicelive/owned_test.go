package voicelive

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"reflect"
	"runtime"
	"testing"
	"weak"

	"github.com/google/go-cmp/cmp"
)

// audioOf is a delta with n bytes of audio, all of them b.
func audioOf(n int, b byte) []byte {
	return fmt.Appendf(nil, `{"type":"response.audio.delta","event_id":"event_%d_%d","response_id":"r","item_id":"i","output_index":0,"content_index":1,"delta":"%s"}`,
		n, b, base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, n)))
}

// What Recv returns is what decoding returns, of any size, and nothing that comes later changes it.
func TestReceivedAudioIsTheCallers(t *testing.T) {
	var events, want []ServerEvent
	for n := 0; n <= maxSpare+500; n += 1 + n/6 {
		for b := range byte(3) {
			data := audioOf(n, b)
			plain, err := UnmarshalServerEvent(data)
			if err != nil {
				t.Fatal(err)
			}
			event, err := unmarshalOwned(data)
			if err != nil {
				t.Fatal(err)
			}
			delta := event.(*ServerEventResponseAudioDelta)
			if c := cap(delta.Delta); c > n+n/7+200 {
				t.Errorf("%d bytes of audio occupy %d", n, c)
			}
			_ = append(delta.Delta, 0xee) // is nobody else's
			events, want = append(events, event), append(want, plain)
		}
	}
	for i := range want {
		if !reflect.DeepEqual(want[i], events[i]) {
			t.Errorf("(-want +got):\n%s", cmp.Diff(want[i], events[i]))
		}
	}
}

func TestOtherEventsAreNewToo(t *testing.T) {
	for _, data := range []string{
		`{"type":"response.audio.delta","delta":null,"item_id":"` + string(bytes.Repeat([]byte("x"), 1000)) + `"}`,
		`{"delta":"","type":"response.audio.delta","pad":"` + string(bytes.Repeat([]byte("x"), 1000)) + `"}`,
		`{"type":"response.audio.delta","type":"response.audio.delta","pad":"` + string(bytes.Repeat([]byte("x"), 1000)) + `"}`,
		`{"type":"response.audio.delta","delta":"?","pad":"` + string(bytes.Repeat([]byte("x"), 1000)) + `"}`,
		`{"type":"response.audio.done","pad":"` + string(bytes.Repeat([]byte("x"), 1000)) + `"}`,
	} {
		want, wantErr := UnmarshalServerEvent([]byte(data))
		got, err := unmarshalOwned([]byte(data))
		if diff := cmp.Diff(want, got); diff != "" || fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Errorf("%.60s: got %v, want %v (-want +got):\n%s", data, err, wantErr, diff)
		}
	}
}

// An event that is kept keeps none that was allocated with it.
func TestKeptAudioKeepsNoOther(t *testing.T) {
	var kept *ServerEventResponseAudioDelta
	var events []weak.Pointer[ServerEventResponseAudioDelta]
	var buffers []weak.Pointer[byte]
	for i := range 100 {
		event, err := unmarshalOwned(audioOf(4800, byte(i)))
		if err != nil {
			t.Fatal(err)
		}
		delta := event.(*ServerEventResponseAudioDelta)
		if i == 50 {
			kept = delta
			continue
		}
		events, buffers = append(events, weak.Make(delta)), append(buffers, weak.Make(&delta.Delta[0]))
	}
	runtime.GC()
	for i := range events {
		if events[i].Value() != nil || buffers[i].Value() != nil {
			t.Fatalf("event %d is in memory", i)
		}
	}
	if !bytes.Equal(kept.Delta, bytes.Repeat([]byte{50}, 4800)) || *kept.EventID != "event_4800_50" {
		t.Error("the event that is kept has changed")
	}
}
