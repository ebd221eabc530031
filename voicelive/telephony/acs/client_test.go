package acs_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/acs"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/acs/acstest"
)

// entra is a credential with the token that the service takes.
type entra struct{ scopes []string }

func (e *entra) GetToken(_ context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	e.scopes = o.Scopes
	return azcore.AccessToken{Token: acstest.BearerToken, ExpiresOn: time.Now().Add(time.Hour)}, nil
}

func TestClientsAuthenticate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := acstest.New(t, nil)
		options := &azcore.ClientOptions{Transport: service}
		credential := new(entra)
		byToken, err := acs.NewClient(acstest.Endpoint, credential, options)
		if err != nil {
			t.Fatal(err)
		}
		byKey, err := acs.NewClientFromConnectionString(acstest.ConnectionString, options)
		if err != nil {
			t.Fatal(err)
		}
		for name, client := range map[string]*acs.Client{"token": byToken, "key": byKey} {
			var refusal *azcore.ResponseError
			if err := client.StopMediaStreaming(t.Context(), "a/b c"); !errors.As(err, &refusal) || refusal.StatusCode != 404 || refusal.ErrorCode != "CallNotFound" {
				t.Errorf("%s: %v", name, err)
			}
			if err := client.HangUp(t.Context(), "unknown"); err != nil {
				t.Errorf("%s: hanging up a call that has ended: %v", name, err)
			}
		}
		if requests := service.Requests(); len(requests) != 4 || requests[0].CallID != "a/b c" {
			t.Errorf("the requests are %v", requests)
		}
		if diff := cmp.Diff([]string{"https://communication.azure.com//.default"}, credential.scopes); diff != "" {
			t.Error(diff)
		}
		wrong, err := acs.NewClientFromConnectionString(strings.Replace(acstest.ConnectionString, "accesskey=a", "accesskey=b", 1), options)
		if err != nil {
			t.Fatal(err)
		}
		var refusal *azcore.ResponseError
		if err := wrong.HangUp(t.Context(), "one"); !errors.As(err, &refusal) || refusal.StatusCode != 401 {
			t.Errorf("with another key: %v", err)
		}
	})
}

func TestArgumentsOfClientsAreChecked(t *testing.T) {
	for _, connection := range []string{
		"", "endpoint=https://a", "accesskey=a2V5", "endpoint=http://a;accesskey=a2V5", "endpoint=https://a;accesskey=secret!",
		"endpoint=https://user:secret!@a;accesskey=a2V5", "endpoint=https://a?secret!;accesskey=a2V5",
	} {
		if _, err := acs.NewClientFromConnectionString(connection, nil); err == nil || strings.Contains(err.Error(), "secret!") {
			t.Errorf("%q: %v", connection, err)
		}
	}
	if _, err := acs.NewClient(acstest.Endpoint, nil, nil); err == nil {
		t.Error("a nil credential is taken")
	}
	service := acstest.New(t, nil)
	client, err := acs.NewClientFromConnectionString("Endpoint=https://a/ ; AccessKey=a2V5;", &azcore.ClientOptions{Transport: service})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []acs.Stream{{}, {URL: "ws://app/media"}, {URL: "wss:///media"}, {URL: "wss://app/media", Rate: 8000}} {
		if _, err := client.Answer(t.Context(), "context", "https://app/callbacks", s); err == nil {
			t.Errorf("%+v is taken", s)
		}
	}
	for _, target := range []string{"", "+", "5550100", "+1 555", "8:", "8:orgid:", "sip:a@b"} {
		if err := client.Transfer(t.Context(), "one", target); err == nil {
			t.Errorf("target %q is taken", target)
		}
	}
	for _, callback := range []string{"", "app/callbacks", "http://app/callbacks", "https:///callbacks"} {
		if _, err := client.Answer(t.Context(), "context", callback, acs.Stream{URL: "wss://app/media"}); err == nil {
			t.Errorf("callback %q is taken", callback)
		}
	}
	for name, err := range map[string]error{
		"HangUp":             client.HangUp(t.Context(), ""),
		"StopMediaStreaming": client.StopMediaStreaming(t.Context(), ""),
		"Transfer":           client.Transfer(t.Context(), "", "+15550199"),
	} {
		if err == nil {
			t.Errorf("%s of no call succeeds", name)
		}
	}
	if n := len(service.Requests()); n > 0 {
		t.Errorf("%d requests", n)
	}
}

func TestTransfers(t *testing.T) {
	for target, want := range map[string]string{
		"+15550199": "+15550199", "8:acs:one_two": "8:acs:one_two", "8:orgid:1234": "8:orgid:1234",
	} {
		t.Run(target, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPhone(t, nil, func(ctx context.Context, call *acs.Call) error {
					received := make(chan error)
					go func() { received <- drain(ctx, call) }()
					if err := call.Transfer(ctx, target); err != nil {
						t.Error(err)
					}
					if err := <-received; err != nil {
						t.Errorf("the leg ended with %v", err)
					}
					if err := call.Play(ctx, []byte{0, 0}); err != leg.ErrHungUp {
						t.Errorf("Play returns %v", err)
					}
					return nil
				})
				call := p.service.Ring("/incoming?key=secret", "+15550100", "+15550101", legtest.New(t, leg.PCM24kHz).Leg())
				time.Sleep(10 * time.Second)
				if call.Transferred() != want || call.Ended() != "" {
					t.Errorf("transferred to %q, ended %q", call.Transferred(), call.Ended())
				}
				if diff := cmp.Diff([]string{"answer", "stopMediaStreaming", "transferToParticipant"}, actions(p.service)); diff != "" {
					t.Error(diff)
				}
				call.HangUp()
				call.Wait()
			})
		})
	}
}

func actions(s *acstest.Service) (names []string) {
	for _, r := range s.Requests() {
		names = append(names, r.Action)
	}
	return names
}

func TestTransfersThatAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPhone(t, nil, func(ctx context.Context, call *acs.Call) error {
			var refusal *azcore.ResponseError
			if err := call.Transfer(ctx, "+15550199"); !errors.As(err, &refusal) || refusal.StatusCode != 403 {
				t.Errorf("Transfer returns %v", err)
			}
			if _, err := call.Receive(ctx); err != io.EOF {
				t.Errorf("Receive returns %v, although the stream was stopped", err)
			}
			return nil
		})
		p.service.Refuse("transferToParticipant", http.StatusForbidden)
		call := p.service.Ring("/incoming?key=secret", "+15550100", "+15550101", legtest.New(t, leg.PCM24kHz).Leg())
		call.Wait()
		synctest.Wait()
		if call.Ended() != "terminated" {
			t.Errorf("the call that has no audio any more ended: %q", call.Ended())
		}
	})
}

func TestTransfersNeedAClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPhone(t, nil, func(ctx context.Context, call *acs.Call) error {
			if err := call.Transfer(ctx, "+15550199"); err == nil {
				t.Error("no error")
			}
			return nil
		})
		p.handler.Client = nil
		p.service.Call("/media", legtest.New(t, leg.PCM24kHz).Leg()).Wait()
	})
}
