package ws

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

func TestReasonsArePassedOn(t *testing.T) {
	for _, code := range []int{1001, 1008, 1011, 1012, 1014, 3000, 4999} {
		for _, reason := range []string{"", "over", "\xce\xba\xe1\xbd\xb9", "bad close code 1014"} {
			synctest.Test(t, func(t *testing.T) {
				c, stop := serve(t, nil, func(p *wstest.Peer) {
					p.Text(message("a"))
					p.Close(code, reason)
					if first, payload, _ := p.Next(); first != 0x88 || string(payload) != string(wstest.ClosePayload(code, "")) {
						t.Errorf("the reply to %d is %#x %q", code, first, payload)
					}
					p.Drain()
				})
				<-c.Done()
				if e := c.Err(); e == nil || e.Code != code || e.Reason != reason || e.Cause != nil {
					t.Errorf("got %#v", e)
				}
				stop()
			})
		}
	}
}

func TestReasonsThatAreNotUTF8AreViolations(t *testing.T) {
	for _, code := range []int{1001, 1014} {
		synctest.Test(t, func(t *testing.T) {
			c, stop := serve(t, nil, func(p *wstest.Peer) {
				p.Close(code, "\xce")
				p.Drain()
			})
			<-c.Done()
			if _, violated := errors.AsType[*ProtocolError](c.Err()); !violated {
				t.Errorf("code %d: got %v", code, c.Err())
			}
			stop()
		})
	}
}
