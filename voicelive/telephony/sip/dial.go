package sip

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
)

// An Account is how a PBX or a trunk knows the endpoint.
type Account struct {
	Server   string // its host, with a port or without
	User     string // the name or number of the endpoint there
	Login    string // the name for authentication, if it is not User
	Password string
}

// String returns the account without its password.
func (a Account) String() string { return a.User + "@" + a.Server }

// GoString returns the account without its password.
func (a Account) GoString() string { return fmt.Sprintf("sip.Account(%q)", a.String()) }

// LogValue returns the account without its password.
func (a Account) LogValue() slog.Value { return slog.StringValue(a.String()) }

func (a Account) login() string {
	if a.Login != "" {
		return a.Login
	}
	return a.User
}

// A StatusError is the refusal of a request; errors have a pointer to it.
type StatusError struct {
	Method string
	Code   int // such as 486, busy
	Reason string
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("sip: %s was refused: %d %s", e.Method, e.Code, e.Reason)
}

func statusError(method sip.RequestMethod, r *sip.Response) error {
	return &StatusError{Method: string(method), Code: r.StatusCode, Reason: r.Reason}
}

// Dial calls somebody and waits until the call is accepted. The target is a URI, such as sip:alice@example.com, or, with an
// account, a name or number of its server, where the call goes then. Without an account the call goes to the host of the target. The
// error of a refusal is a [*StatusError]. When ctx ends the call is cancelled, which takes
// half a minute if the other side has rung and does not reply any more.
func (e *Endpoint) Dial(ctx context.Context, target string, account *Account) (*Call, error) {
	if account == nil {
		account = &Account{}
	}
	uri, err := parseTarget(target, account.Server)
	if err != nil {
		return nil, err
	}
	server := account.Server
	if server == "" {
		server = uri.HostPort()
	}
	to, err := resolve(ctx, server)
	if err != nil {
		return nil, err
	}
	if err := e.reserve(); err != nil {
		return nil, err
	}
	c, err := e.call(ctx, uri, to, account)
	if err != nil {
		e.release()
		return nil, err
	}
	c.log().Info("sip: a call began", "to", c.Remote)
	return c, nil
}

// call makes a call that has a place.
func (e *Endpoint) call(ctx context.Context, uri sip.Uri, to netip.AddrPort, account *Account) (*Call, error) {
	ua, local, err := e.userAgent(to)
	if err != nil {
		return nil, err
	}
	m, sdp, err := e.openMedia(local)
	if err != nil {
		return nil, err
	}
	c := newCall(e, e.newInvite(ua, uri, to, account, offer(sdp)), to, m, sdp)
	c.contact, c.released = ua.ContactHDR, e.release
	if err := c.dial(ctx, ua, account); err != nil {
		c.drop()
		return nil, err
	}
	return c, nil
}

// newInvite returns an INVITE with an offer.
func (e *Endpoint) newInvite(ua *sipgo.DialogUA, uri sip.Uri, to netip.AddrPort, account *Account, offer []byte) *sip.Request {
	r := sip.NewRequest(sip.INVITE, uri)
	r.SetDestination(to.String())
	r.Laddr = e.laddr()
	from := sip.FromHeader{Address: sip.Uri{Scheme: "sip", User: "voicelive", Host: ua.ContactHDR.Address.Host}}
	if account.User != "" {
		from.Address.User, from.Address.Host = account.User, hostOf(account.Server)
	}
	from.Params.Add("tag", sip.GenerateTagN(16))
	call := sip.CallIDHeader(sip.GenerateTagN(32))
	r.AppendHeader(&from)
	r.AppendHeader(&sip.ToHeader{Address: sip.Uri{Scheme: uri.Scheme, User: uri.User, Host: uri.Host}})
	r.AppendHeader(&call)
	r.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	r.SetBody(offer)
	return r
}

// dial sends the INVITE, and confirms the response.
func (c *Call) dial(ctx context.Context, ua *sipgo.DialogUA, account *Account) error {
	session, err := ua.WriteInvite(ctx, c.request)
	if err != nil {
		return fmt.Errorf("sip: calling: %w", err)
	}
	c.dialog = session
	err = session.WaitAnswer(ctx, sipgo.AnswerOptions{Username: account.login(), Password: account.Password})
	response := session.InviteResponse
	if response == nil || !response.IsSuccess() {
		var refused *sipgo.ErrDialogResponse
		if errors.As(err, &refused) {
			return statusError(sip.INVITE, refused.Res)
		}
		return fmt.Errorf("sip: calling: %w", err)
	}
	c.target = c.request.Recipient
	if contact := response.Contact(); contact != nil {
		c.target = contact.Address
	}
	c.dialogID = session.ID
	c.endpoint.add(c)
	if failed := session.Ack(ctx); failed != nil {
		return fmt.Errorf("sip: calling: %w", failed)
	}
	if err != nil { // it was accepted at the moment when it was cancelled
		c.bye()
		return fmt.Errorf("sip: calling: %w", err)
	}
	a, err := agree(response.Body(), audio.Format{})
	if err != nil {
		c.bye()
		return err
	}
	c.begin(a)
	return nil
}

// parseTarget reads a URI, or a name or number at a server.
func parseTarget(target, server string) (uri sip.Uri, err error) {
	if strings.ContainsFunc(target, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`<>"`, r) }) {
		return uri, fmt.Errorf("sip: the target %q has a character that URIs have not", target)
	}
	if !strings.HasPrefix(target, "sip:") {
		if server == "" {
			return uri, fmt.Errorf("sip: the target %q is no URI with sip:, and there is no server that knows it", target)
		}
		target = "sip:" + target + "@" + server
	}
	if err := sip.ParseUri(target, &uri); err != nil {
		return uri, fmt.Errorf("sip: the target %q: %w", target, err)
	}
	if uri.Host == "" {
		return uri, fmt.Errorf("sip: the target %q has no host", target)
	}
	return uri, nil
}

func hostOf(server string) string {
	if host, _, err := net.SplitHostPort(server); err == nil {
		return host
	}
	return server
}

// resolve returns the address of a host, with a port or without.
func resolve(ctx context.Context, server string) (netip.AddrPort, error) {
	host, port := server, "5060"
	if h, p, err := net.SplitHostPort(server); err == nil && p != "0" {
		host, port = h, p
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("sip: the port of %q is no number", server)
	}
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", strings.Trim(host, "[]"))
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("sip: %w", err)
	}
	best := addresses[0]
	for _, a := range addresses {
		if a.Unmap().Is4() {
			best = a
			break
		}
	}
	return netip.AddrPortFrom(best.Unmap(), uint16(n)), nil
}
