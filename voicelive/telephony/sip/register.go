package sip

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

const (
	registerFor   = 5 * time.Minute // what is asked for
	registerRetry = 30 * time.Second
	registerWait  = 10 * time.Second // for a response
)

// A Registration keeps the endpoint known to a registrar.
type Registration struct {
	endpoint *Endpoint
	account  Account
	client   *sipgo.Client
	request  *sip.Request
	distrust func()

	cancel context.CancelFunc
	done   sync.WaitGroup
}

// Register makes the endpoint known to a PBX or a trunk, and keeps it known until the Registration is closed. It waits
// for the first success; an error of a refusal is a [*StatusError]. Later failures go to Options.Logger, and are tried
// again. As long as it lasts, calls from the address of the registrar are accepted.
func (e *Endpoint) Register(ctx context.Context, account Account) (*Registration, error) {
	if account.Server == "" || account.User == "" {
		return nil, fmt.Errorf("sip: an account needs Server and User")
	}
	uri, err := parseTarget("sip:"+account.User+"@"+account.Server, "")
	if err != nil {
		return nil, err
	}
	to, err := resolve(ctx, account.Server)
	if err != nil {
		return nil, err
	}
	ua, _, err := e.userAgent(to)
	if err != nil {
		return nil, err
	}
	r := &Registration{endpoint: e, account: account, client: ua.Client, request: e.newRegister(ua, uri, to)}
	r.distrust = e.gate.trust(to.Addr())
	expires, err := r.register(ctx, registerFor)
	if err != nil {
		r.distrust()
		return nil, err
	}
	var keep context.Context
	keep, r.cancel = context.WithCancel(e.ctx)
	r.done.Go(func() { r.keep(keep, expires) })
	return r, nil
}

func (e *Endpoint) newRegister(ua *sipgo.DialogUA, uri sip.Uri, to netip.AddrPort) *sip.Request {
	registrar := uri
	registrar.User = ""
	request := sip.NewRequest(sip.REGISTER, registrar)
	request.SetDestination(to.String())
	address := sip.Uri{Scheme: "sip", User: uri.User, Host: uri.Host}
	from := sip.FromHeader{Address: address}
	from.Params.Add("tag", sip.GenerateTagN(16))
	contact := ua.ContactHDR.Address
	contact.User = uri.User
	request.AppendHeader(&from)
	request.AppendHeader(&sip.ToHeader{Address: address})
	request.AppendHeader(&sip.ContactHeader{Address: contact})
	return request
}

// Close makes the registrar forget the endpoint.
func (r *Registration) Close() error {
	r.cancel()
	r.done.Wait()
	defer r.distrust()
	ctx, cancel := context.WithTimeout(context.Background(), byeTimeout)
	defer cancel()
	_, err := r.register(ctx, 0)
	return err
}

func (r *Registration) log() *slog.Logger { return r.endpoint.log.With("account", r.account) }

// keep registers again in time.
func (r *Registration) keep(ctx context.Context, expires time.Duration) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(expires * 4 / 5):
		}
		var err error
		if expires, err = r.register(ctx, registerFor); err != nil && ctx.Err() == nil {
			r.log().Error("sip: not registered", "error", err)
			expires = registerRetry
		}
	}
}

// register registers once, and returns for how long.
func (r *Registration) register(ctx context.Context, expires time.Duration) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, registerWait)
	defer cancel()
	r.request.RemoveHeader("Expires")
	r.request.RemoveHeader("Authorization")
	r.request.RemoveHeader("Proxy-Authorization")
	r.request.RemoveHeader("Via")
	r.request.AppendHeader(sip.NewHeader("Expires", strconv.Itoa(int(expires/time.Second))))
	response, err := r.client.Do(ctx, r.request, sipgo.ClientRequestRegisterBuild)
	if err == nil && (response.StatusCode == sip.StatusUnauthorized || response.StatusCode == sip.StatusProxyAuthRequired) && r.account.Password != "" {
		response, err = r.client.DoDigestAuth(ctx, r.request, response, sipgo.DigestAuth{Username: r.account.login(), Password: r.account.Password})
	}
	switch {
	case err != nil:
		return 0, fmt.Errorf("sip: registering: %w", err)
	case !response.IsSuccess():
		return 0, statusError(sip.REGISTER, response)
	}
	granted := grantedFor(response, expires)
	r.log().Info("sip: registered", "for", granted)
	return granted, nil
}

// grantedFor returns for how long a registrar knows the endpoint, between a tenth of a minute and an hour.
func grantedFor(response *sip.Response, asked time.Duration) time.Duration {
	value := ""
	if h := response.GetHeader("Expires"); h != nil {
		value = h.Value()
	}
	if contact := response.Contact(); contact != nil {
		if own, ok := contact.Params.Get("expires"); ok {
			value = own
		}
	}
	seconds, err := strconv.Atoi(strings.TrimSpace(value))
	if err != nil {
		return asked
	}
	return min(max(time.Duration(seconds)*time.Second, 6*time.Second), time.Hour)
}
