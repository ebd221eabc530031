package lifetime

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestShutdownWaitsForCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls Calls
		began := time.Now()
		for _, d := range []time.Duration{time.Second, 3 * time.Second} {
			ctx, end, err := calls.Begin(t.Context(), 0)
			if err != nil {
				t.Fatal(err)
			}
			go func() {
				time.Sleep(d)
				if ctx.Err() != nil {
					t.Errorf("the call of %v was cancelled", d)
				}
				end()
			}()
		}
		second := make(chan error)
		go func() { second <- calls.Shutdown(t.Context()) }()
		synctest.Wait()
		if err := calls.Shutdown(t.Context()); err != nil || time.Since(began) != 3*time.Second {
			t.Errorf("error %v after %v", err, time.Since(began))
		}
		if err := <-second; err != nil {
			t.Error(err)
		}
		if _, _, err := calls.Begin(t.Context(), 0); err != ErrShutdown || len(calls.running) != 0 {
			t.Errorf("a call begins after Shutdown: error %v", err)
		}
	})
}

func TestShutdownCancelsCallsAtLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls Calls
		ctx, end, _ := calls.Begin(t.Context(), 0)
		go func() {
			<-ctx.Done()
			time.Sleep(time.Second) // to say goodbye
			end()
		}()
		began := time.Now()
		limited, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := calls.Shutdown(limited); err != context.DeadlineExceeded || time.Since(began) != time.Minute+time.Second {
			t.Errorf("error %v after %v", err, time.Since(began))
		}
		if context.Cause(ctx) != ErrShutdown {
			t.Errorf("the cause is %v", context.Cause(ctx))
		}
	})
}

func TestShutdownDoesNotWaitForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls Calls
		_, end, _ := calls.Begin(t.Context(), 0)
		defer end()
		began := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := calls.Shutdown(ctx); err != context.Canceled || time.Since(began) != grace {
			t.Errorf("error %v after %v", err, time.Since(began))
		}
	})
}

func TestShutdownWithoutCalls(t *testing.T) {
	var calls Calls
	for range 2 {
		if err := calls.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestCallsAreLimited(t *testing.T) {
	var calls Calls
	_, end, err := calls.Begin(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := calls.Begin(t.Context(), 1); err == nil {
		t.Error("there is a second call")
	}
	end()
	if _, end, err = calls.Begin(t.Context(), 1); err != nil {
		t.Errorf("after the end of the first: %v", err)
	}
	end()
}
