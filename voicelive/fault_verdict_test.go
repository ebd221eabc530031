package voicelive

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

// judge holds what happened against the promises. Bounds of time are judged in
// virtual time alone, since a busy machine keeps none.
func (r *run) judge(ctxErr error) {
	if r.connectErr != nil {
		r.judgeConnect(ctxErr)
		return
	}
	r.judgeEvents()
	r.judgeSends()
	r.judgeCloses()
	if !r.real {
		r.judgeEnd()
		r.judgeLosses()
		r.judgeNotice()
	}
}

// Connect ends with its context, and says what was wrong with the handshake.
func (r *run) judgeConnect(ctxErr error) {
	err, begin := r.connectErr, r.sc.begin
	late := ctxErr != nil && (!r.real || errors.Is(err, ctxErr)) // in real time the context may be done just after another end
	if late && !errors.Is(err, ctxErr) {
		r.problem("Connect: %v, want %v", err, ctxErr)
	}
	if begin.timeout > 0 && !r.real && r.connectTook > begin.timeout+250*time.Millisecond {
		r.problem("Connect returned after %v, and its context was done after %v", r.connectTook, begin.timeout)
	}
	session, ended := errors.AsType[*SessionError](err)
	overdue := errors.Is(err, os.ErrDeadlineExceeded) && !ended && (r.real || r.connectTook >= r.sc.limits.HandshakeTimeout)
	if late || overdue || r.real && ended && session.Kind == KindKeepAlive {
		return
	}
	_, refused := errors.AsType[*azcore.ResponseError](err)
	service, told := errors.AsType[*ServiceError](err)
	early := begin.configure && (ended || errors.Is(err, ErrClosed)) || // while it waited for session.updated
		told && begin.configure && strings.Trim(service.Code, "e") == "" || // an error that names no event, see failureEvent
		r.sc.end.kind == "reset" || r.sc.end.kind == "vanish" || // which overtook what came before
		r.real && r.sc.end.kind == "violation" // which came with the answer
	var ok bool
	switch begin.handshake {
	case "", "slow", "stall":
		ok = early
	case "retry":
		ok = early || r.real && refused
	case "refuse":
		ok = refused
	case "error":
		ok = told && service.Code == "no"
	case "close":
		ok = ended && (session.CloseCode == 1011 || r.real && session.Kind == KindNetwork)
	default:
		ok = !refused && !told
	}
	if !ok {
		r.problem("Connect: %v", err)
	}
}

// What was received is how the service's events begin, in their order, each once.
// An end that the service announces loses nothing.
func (r *run) judgeEvents() {
	v := r.service()
	for i, n := range r.received {
		if n != i {
			r.problem("event %d is number %d of %v", i, n, r.received)
			return
		}
	}
	if len(r.received) > v.begun {
		r.problem("received %d events of %d", len(r.received), v.begun)
	}
	if e, ok := errors.AsType[*SessionError](r.session.Err()); ok && e.CloseCode != 0 && len(r.received) != v.said {
		r.problem("received %d events of %d before close code %d", len(r.received), v.said, e.CloseCode)
	}
}

// Events arrive whole, in the order of their sender, at most once; those that were
// sent do, and those that were not do not.
func (r *run) judgeSends() {
	v := r.service()
	for sender, arrived := range v.arrived {
		if !slices.IsSorted(arrived) || len(slices.Compact(slices.Clone(arrived))) != len(arrived) {
			r.problem("events of sender %d arrived as %v", sender, arrived)
		}
	}
	for _, s := range r.sends {
		r.judgeSend(s, v)
	}
}

func (r *run) judgeSend(s sent, v *service) {
	service, refused := errors.AsType[*ServiceError](s.err)
	unnamed := refused && service.Unnamed // the error may be about anything
	_, ended := errors.AsType[*SessionError](s.err)
	late := errors.Is(s.err, context.DeadlineExceeded) || errors.Is(s.err, context.Canceled)
	notSent, arrived := errors.Is(s.err, ErrNotSent), v.knows(s.sender, s.seq)
	switch {
	case notSent && arrived:
		r.problem("event %d/%d arrived: %v", s.sender, s.seq, s.err)
	case s.err == nil && !arrived && (v.closeCode != 0 || v.finished && !r.real):
		r.problem("event %d/%d was sent and did not arrive", s.sender, s.seq)
	case s.err == nil && (s.do == "error" || s.do == "nothing"), refused && !unnamed && s.do != "error":
		r.problem("Do %d/%d, to be answered by %q: %v", s.sender, s.seq, s.do, s.err)
	case late && s.timeout == 0, s.err != nil && !refused && !late && !ended && !errors.Is(s.err, ErrClosed):
		r.problem("event %d/%d: %v", s.sender, s.seq, s.err)
	}
	if r.real {
		return
	}
	took := s.ended.Sub(s.began)
	if late && took != max(s.timeout, 0) && !(s.do != "" && took > s.timeout) {
		r.problem("event %d/%d was cancelled after %v and returned after %v", s.sender, s.seq, s.timeout, took)
	}
	if s.ended.After(r.ended) && s.ended.After(s.began) {
		r.problem("event %d/%d returned %v after the end of the session: %v", s.sender, s.seq, s.ended.Sub(r.ended), s.err)
	}
}

// Close returns in time, and the service gets its code.
func (r *run) judgeCloses() {
	slack := time.Duration(0)
	if r.real {
		slack = time.Minute
	}
	for _, took := range r.closes {
		if took > r.sc.limits.CloseTimeout+slack {
			r.problem("Close returned after %v, and the timeout is %v", took, r.sc.limits.CloseTimeout)
		}
	}
	v := r.service()
	if r.real || !r.firstEnd.Before(r.ended) || r.sc.up.Window < 4096 || v.closeCode != 0 || v.end.kind != "" || r.sc.end.kind != "" || r.tap.failed != (time.Time{}) {
		return
	}
	for _, d := range r.sc.deeds {
		if d.kind == "stall" {
			return
		}
	}
	for _, s := range r.sends {
		if s.ended.After(r.firstEnd) {
			return
		}
	}
	r.problem("the service got no close frame")
}

// The reason of the end is that of the service if it gave one, and one that can be
// accounted for if not.
func (r *run) judgeEnd() {
	v, err := r.service(), r.session.Err()
	if r.last != io.EOF && r.last != err || r.last == io.EOF && err != nil {
		r.problem("Recv ends with %v, and Err is %v", r.last, err)
	}
	came := !v.endAt.IsZero() && !v.endAt.After(r.ended) // the service's end, and before that of the session
	closed := !r.firstEnd.IsZero() && !r.firstEnd.After(r.ended)
	said := v.end.kind == "close" || v.end.kind == "expired"
	if came && !(closed && r.firstEnd.Before(v.endAt)) && !r.blocked() {
		r.judgeReason(v, err)
		return
	}
	var e *SessionError
	if err != nil {
		e, _ = errors.AsType[*SessionError](err)
	}
	var ok bool
	switch {
	case e == nil:
		ok = closed || came && said && v.end.code == 1000
	case e.Kind == KindSlowConsumer && r.ended.Sub(r.firstEnd) <= time.Second+r.sc.limits.DrainTimeout:
		ok = r.longest >= r.sc.limits.SlowConsumerTimeout // Close came while the session lingered
	case closed && !came && r.firstEnd.Before(r.ended):
		ok = false
	case e.Kind == KindKeepAlive:
		ok = r.ended.Sub(r.tap.lastRead) >= r.sc.limits.PongTimeout
	case e.Kind == KindSlowConsumer:
		ok = r.longest >= r.sc.limits.SlowConsumerTimeout
	case e.Kind == KindNetwork && e.CloseCode == 0:
		ok = !r.tap.failed.IsZero() && !r.tap.failed.After(r.ended) || came && !said
	case e.CloseCode != 0:
		ok = came && said && v.end.said(e)
	default:
		ok = came && v.end.kind == "violation"
	}
	if !ok {
		r.problem("the session ended with %v; closed %v, the end came %v", err, closed, came)
	}
}

// judgeReason is for a session that nothing ended before the service did.
func (r *run) judgeReason(v *service, err error) {
	e, _ := errors.AsType[*SessionError](err)
	var ok bool
	switch v.end.kind {
	case "close", "expired":
		ok = v.end.code == 1000 && e == nil || e != nil && v.end.said(e)
		ok = ok && (v.end.kind != "expired" || v.end.within || e.Kind == KindSessionExpired)
	case "violation":
		ok = e != nil && e.CloseCode == 0 && (e.Kind == KindProtocol || e.Kind == KindTooLarge)
	case "finish", "reset", "cut":
		ok = e != nil && e.CloseCode == 0 && e.Kind == KindNetwork
	default:
		return
	}
	if !ok {
		r.problem("the session ended with %v %v after the service said %+v", err, r.ended.Sub(v.endAt), v.end)
	}
}

// said reports whether an error tells what the service said.
func (e ending) said(got *SessionError) bool {
	return got.CloseCode == e.code && got.Reason == e.reason
}

// blocked reports whether the reader may have waited for the consumer.
func (r *run) blocked() bool { return r.longest > 0 && r.narrow() }

// narrow reports whether the queue may have been full.
func (r *run) narrow() bool {
	return r.sc.limits.QueueEvents < 1024 || r.sc.limits.QueueBytes < 8<<20
}

// What arrived before an orderly end is received.
func (r *run) judgeLosses() {
	v := r.service()
	came := !v.endAt.IsZero() && !v.endAt.After(r.ended)
	closed := r.firstEnd.Before(v.endAt) // what then finds no room is dropped
	if !came || r.blocked() || closed && r.narrow() || v.end.kind == "reset" || v.end.kind == "vanish" || v.end.kind == "deaf" {
		return
	}
	if len(r.received) != v.said {
		r.problem("received %d events of %d before the end %+v", len(r.received), v.said, v.end)
	}
}

// A peer that is gone is noticed in time.
func (r *run) judgeNotice() {
	l := r.sc.limits
	if k := r.service().end.kind; k != "vanish" && k != "deaf" || l.PingInterval < 0 || r.blocked() {
		return
	}
	if took := r.ended.Sub(r.tap.lastRead); took > l.PingInterval+l.PongTimeout {
		r.problem("the session ended %v after the last byte, and %v is allowed", took, l.PingInterval+l.PongTimeout)
	}
}
