//go:build cgo

package device

import "testing"

func TestADeviceIsFoundByItsIDAndName(t *testing.T) {
	microphones, speakers, err := list(true)
	if err != nil || len(microphones) != 1 || len(speakers) != 1 {
		t.Fatalf("%d microphones, %d loudspeakers, %v", len(microphones), len(speakers), err)
	}
	for _, o := range []*Options{
		{Null: true, Microphone: microphones[0].ID, Speaker: speakers[0].ID},
		{Null: true, Microphone: microphones[0].Name, Speaker: speakers[0].Name},
	} {
		d, err := Open(o)
		if err != nil {
			t.Fatalf("%+v: %v", o, err)
		}
		d.HangUp(t.Context(), "")
	}
}
