package voicelive

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// The retry policy cancels the context of a try when its response is closed.
func TestTheTimeoutOfATryDoesNotEndTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, func(o *ClientOptions) { o.Retry.TryTimeout = time.Second }, (*peer).Drain)
		defer stop()
		time.Sleep(time.Minute)
		if err := s.ClearInputAudioBuffer(t.Context()); err != nil || s.Err() != nil {
			t.Errorf("got %v, %v", err, s.Err())
		}
	})
}

func TestTheContextOfConnectDoesNotEndTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, _, stop := answering(t)
		defer stop()
		ctx, cancel := context.WithCancel(t.Context())
		s, err := testClient(t, testOptions(dial)).Connect(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		cancel()
		synctest.Wait()
		if err := s.ClearInputAudioBuffer(t.Context()); err != nil || s.Err() != nil {
			t.Errorf("got %v, %v", err, s.Err())
		}
	})
}
