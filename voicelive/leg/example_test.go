package leg_test

import (
	"context"
	"fmt"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// A telephone speaks µ-law; the session gets it as it is.
func Example() {
	ctx := context.Background()
	user, phone := leg.NewPipe(leg.MuLaw)
	session := &voicelive.RequestSession{}
	if err := leg.Configure(session, phone.Format()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(session.InputAudioFormat, *session.InputAudioSamplingRate, session.OutputAudioFormat)

	if err := user.Play(ctx, make([]byte, 160)); err != nil {
		fmt.Println(err)
		return
	}
	in, err := phone.Receive(ctx)
	fmt.Println(phone.Format().Duration(len(in.Audio)), err)
	// Output:
	// g711_ulaw 8000 g711_ulaw
	// 20ms <nil>
}
