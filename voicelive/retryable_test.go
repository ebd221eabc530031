package voicelive_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func TestRetryable(t *testing.T) {
	for _, test := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{io.EOF, false},
		{voicelive.ErrClosed, false},
		{voicelive.ErrNotSent, false},
		{context.Canceled, false},
		{context.DeadlineExceeded, false},
		{os.ErrDeadlineExceeded, true},
		{io.ErrUnexpectedEOF, true},
		{&net.DNSError{Err: "no such host"}, true},
		{&net.OpError{Op: "dial", Err: errors.New("refused")}, true},
		{&net.OpError{Op: "dial", Err: context.Canceled}, false},
		{&net.OpError{Op: "remote error", Err: tls.AlertError(40)}, false},
		{&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, false},
		{&voicelive.SessionError{Kind: voicelive.KindNetwork}, true},
		{&voicelive.SessionError{Kind: voicelive.KindSlowConsumer}, false},
		{&voicelive.SessionError{Kind: voicelive.KindNetwork, Err: context.DeadlineExceeded}, true},
		{&azcore.ResponseError{StatusCode: http.StatusTooManyRequests}, true},
		{&azcore.ResponseError{StatusCode: http.StatusServiceUnavailable}, true},
		{&azcore.ResponseError{StatusCode: http.StatusUnauthorized}, false},
		{&azcore.ResponseError{StatusCode: http.StatusNotImplemented}, false},
		{errors.Join(context.DeadlineExceeded, &azcore.ResponseError{StatusCode: http.StatusTooManyRequests}), true},
	} {
		for _, err := range []error{test.err, fmt.Errorf("call: %w", test.err)} {
			if test.err == nil && err != nil {
				continue
			}
			if got := voicelive.Retryable(err); got != test.want {
				t.Errorf("%T %v: got %v, want %v", test.err, err, got, test.want)
			}
		}
	}
}

// TestADeadlineDoesNotHideRefusals: a call that is set up in a hurry must learn why it was not.
func TestADeadlineDoesNotHideRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := voicelivetest.NewServer(t, &voicelivetest.Options{ConnectionsPerMinute: 1})
		client, err := server.NewClient()
		if err != nil {
			t.Fatal(err)
		}
		session, err := client.Connect(t.Context(), &voicelive.ConnectOptions{Model: "m"})
		if err != nil {
			t.Fatal(err)
		}
		defer session.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err = client.Connect(ctx, &voicelive.ConnectOptions{Model: "m"})
		refusal, ok := errors.AsType[*azcore.ResponseError](err)
		if !ok || refusal.StatusCode != http.StatusTooManyRequests || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("got %v, want both the deadline and the refusal", err)
		}
		if body, err := io.ReadAll(refusal.RawResponse.Body); err != nil || len(body) == 0 || refusal.RawResponse.Header.Get("Retry-After") == "" {
			t.Errorf("the refusal has lost its body %q, %v or its header %v", body, err, refusal.RawResponse.Header)
		}
	})
}
