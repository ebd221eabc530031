package acstest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// A Call is one call, from the side of the service. Its methods may be called from any goroutine.
type Call struct {
	ID string // of the connection

	service       *Service
	user          leg.Leg
	correlationID string
	callback      string // URL for events; empty for none

	socket *websocket.Conn
	pumps  sync.WaitGroup
	cancel context.CancelFunc

	sending sync.Mutex // writes of the socket

	mu          sync.Mutex
	ended       string // who or what ended it; empty while it goes on
	closed      error  // what the application closed the socket with
	transferred string
	heard       time.Time // when the audio of the application ends
	ahead       time.Duration
	stops       int
	muteUntil   time.Time
	deaf        chan struct{} // closed when it reads again; nil if it does
	stopped     bool          // the application has stopped the stream by a request
}

func (s *Service) newCall(user leg.Leg) *Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.number++
	c := &Call{ID: fmt.Sprint("connection", s.number), correlationID: fmt.Sprint("correlation", s.number), service: s, user: user, cancel: func() {}}
	s.calls = append(s.calls, c)
	return c
}

// Call opens the stream of a call at a path of the application. The user is a leg in the format that the call has, such as
// that of a legtest.User; it ends with the call. The test fails if the stream cannot be opened.
func (s *Service) Call(path string, user leg.Leg) *Call {
	s.t.Helper()
	c := s.newCall(user)
	if err := c.open(path, nil); err != nil {
		s.t.Fatalf("acstest: %v", err)
	}
	return c
}

// Upgrade asks the application for a socket, with a value of the header Authorization, and returns the status of its
// reply. The socket, nil if it was refused, is the caller's: nothing is sent on it.
func (s *Service) Upgrade(path, authorization string) (*websocket.Conn, int, error) {
	header := http.Header{"X-Ms-Call-Connection-Id": {"connection"}, "X-Ms-Call-Correlation-Id": {"correlation"}}
	if authorization != "" {
		header.Set("Authorization", authorization)
	}
	return s.upgrade(path, header)
}

func (s *Service) upgrade(path string, header http.Header) (*websocket.Conn, int, error) {
	dialer := websocket.Dialer{NetDialContext: s.dialSocket, HandshakeTimeout: time.Minute}
	conn, resp, err := dialer.Dial("ws://app"+path, header)
	status := 0
	if resp != nil {
		status = resp.StatusCode
	}
	return conn, status, err
}

// open opens the socket and lets both sides talk.
func (c *Call) open(path string, header http.Header) error {
	if header == nil {
		header = http.Header{}
	}
	header.Set("Authorization", "Bearer "+c.service.Token(nil))
	header.Set("x-ms-call-connection-id", c.ID)
	header.Set("x-ms-call-correlation-id", c.correlationID)
	socket, status, err := c.service.upgrade(path, header)
	if err != nil {
		return fmt.Errorf("status %d: %w", status, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	c.mu.Lock()
	c.socket, c.cancel = socket, cancel
	c.mu.Unlock()
	if err := c.Send(Metadata(c.user.Format().Rate)); err != nil {
		return err
	}
	c.pumps.Go(func() { c.hear() })
	c.pumps.Go(func() { c.speak(ctx) })
	c.service.serving.Go(c.pumps.Wait)
	return nil
}

// Metadata returns the first message of a stream.
func Metadata(rate int) string {
	return fmt.Sprintf(`{"kind":"AudioMetadata","audioMetadata":{"subscriptionId":"89e8cb59-b991-48b0-b154-1db84f16a077","encoding":"PCM","sampleRate":%d,"channels":1,"length":%d}}`, rate, rate/25)
}

// Audio returns the message with a packet.
func Audio(at time.Time, pcm []byte) string {
	silent := len(bytes.Trim(pcm, "\x00")) == 0
	return fmt.Sprintf(`{"kind":"AudioData","audioData":{"timestamp":"%s","participantRawID":"8:acs:test","data":"%s","silent":%t}}`,
		at.UTC().Format("2006-01-02T15:04:05.000Z"), base64.StdEncoding.EncodeToString(pcm), silent)
}

// speak sends what the user says and presses, until the user hangs up.
func (c *Call) speak(ctx context.Context) {
	at := time.Now() // when the next packet begins, by the clock of the user
	for {
		in, err := c.user.Receive(ctx)
		switch {
		case err == io.EOF:
			c.end("the user hung up")
			return
		case err != nil:
			return
		}
		if in.Digit != 0 {
			err = c.Send(fmt.Sprintf(`{"kind":"DtmfData","dtmfData":{"data":"%c"}}`, in.Digit))
		}
		if len(in.Audio) > 0 {
			if !c.muted() {
				err = c.Send(Audio(at, in.Audio))
			}
			at = at.Add(c.user.Format().Duration(len(in.Audio)))
		}
		if err != nil {
			return
		}
	}
}

func (c *Call) muted() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Before(c.muteUntil)
}

// Mute sends no packets for a time.
func (c *Call) Mute(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.muteUntil = time.Now().Add(d)
}

// Send sends a message as it is.
func (c *Call) Send(text string) error {
	c.sending.Lock()
	defer c.sending.Unlock()
	return c.socket.WriteMessage(websocket.TextMessage, []byte(text))
}

// SendBytes sends bytes as they are, without a frame around them.
func (c *Call) SendBytes(b []byte) error {
	c.sending.Lock()
	defer c.sending.Unlock()
	_, err := c.socket.NetConn().Write(b)
	return err
}

// StopReading lets the service read nothing more, until the returned function is called.
func (c *Call) StopReading() (read func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	deaf := make(chan struct{})
	c.deaf = deaf
	return sync.OnceFunc(func() { close(deaf) })
}

// hear plays what the application sends, until it closes the socket.
func (c *Call) hear() {
	for {
		_, text, err := c.socket.ReadMessage()
		c.mu.Lock()
		deaf := c.deaf
		c.mu.Unlock()
		if deaf != nil {
			<-deaf
		}
		if err != nil {
			c.mu.Lock()
			c.closed = err
			stopped := c.stopped
			c.mu.Unlock()
			if !stopped {
				c.end("the application closed the socket")
			}
			return
		}
		if err := c.play(text); err != nil {
			c.service.t.Errorf("acstest: %v", err)
		}
	}
}

// play plays a message of the application. It must be written as the SDK for .NET does, to the letter.
func (c *Call) play(text []byte) error {
	const before, behind = `{"Kind":"AudioData","AudioData":{"Data":"`, `"},"StopAudio":null}`
	if string(text) == `{"Kind":"StopAudio","AudioData":null,"StopAudio":{}}` {
		c.mu.Lock()
		c.stops++
		c.heard = time.Time{}
		c.mu.Unlock()
		return c.user.Clear(context.Background())
	}
	data, ok := strings.CutPrefix(string(text), before)
	data, also := strings.CutSuffix(data, behind)
	pcm, err := base64.StdEncoding.DecodeString(data)
	if !ok || !also || err != nil || len(pcm) == 0 || len(pcm)%2 != 0 || len(text) > 64<<10 {
		return fmt.Errorf("the application sends %.100q", text)
	}
	c.mu.Lock()
	if now := time.Now(); c.heard.Before(now) {
		c.heard = now
	}
	c.heard = c.heard.Add(c.user.Format().Duration(len(pcm)))
	c.ahead = max(c.ahead, time.Until(c.heard))
	c.mu.Unlock()
	if err := c.user.Play(context.Background(), pcm); err != nil && err != leg.ErrHungUp {
		return err
	}
	return nil
}

// Ahead returns how long the longest queue of audio was that the user had not heard.
func (c *Call) Ahead() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ahead
}

// Stops returns how often the application has sent StopAudio.
func (c *Call) Stops() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stops
}

// HangUp hangs up, as the user does.
func (c *Call) HangUp() { c.end("the user hung up") }

func (c *Call) over() bool { return c.Ended() != "" }

// Ended returns who ended the call: "the user hung up", "terminated" by a request, "the application closed the
// socket", "aborted"; empty while it goes on, also after a transfer, with the user and [Call.Transferred].
func (c *Call) Ended() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended
}

// Closed returns what the application closed the socket with, a *websocket.CloseError if with a close frame; nil if
// it has not.
func (c *Call) Closed() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

// Transferred returns whom the application has transferred the user to: a telephone number or a raw id; empty for nobody.
func (c *Call) Transferred() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.transferred
}

// end ends the call once, with a close frame. The application may be slow to read it.
func (c *Call) end(why string) {
	c.mu.Lock()
	first := c.ended == ""
	if first {
		c.ended = why
	}
	cancel := c.cancel
	c.mu.Unlock()
	if !first {
		return
	}
	cancel()
	c.user.HangUp(context.Background(), why)
	c.service.serving.Go(func() {
		c.closeSocket()
		c.post("CallDisconnected")
	})
}

// stopStreaming closes the socket. The call goes on.
func (c *Call) stopStreaming() {
	c.mu.Lock()
	c.stopped = true
	c.mu.Unlock()
	c.service.serving.Go(func() {
		c.closeSocket()
		c.post("MediaStreamingStopped")
	})
}

// closeSocket sends a close frame, and gives the application a second to reply.
func (c *Call) closeSocket() {
	c.sending.Lock()
	defer c.sending.Unlock()
	if c.socket != nil {
		c.socket.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
		time.AfterFunc(time.Second, func() { c.socket.Close() })
	}
}

// Abort ends the call without a close frame.
func (c *Call) Abort() {
	c.mu.Lock()
	if c.ended == "" {
		c.ended = "aborted"
	}
	socket, cancel := c.socket, c.cancel
	c.mu.Unlock()
	cancel()
	if socket != nil {
		socket.Close()
	}
}

// Wait waits until the socket is closed: the call has ended, or goes on without the application, transferred.
func (c *Call) Wait() { c.pumps.Wait() }

func (c *Call) transfer(body map[string]any) {
	var to struct {
		TargetParticipant struct {
			Kind              string
			PhoneNumber       struct{ Value string }
			CommunicationUser struct{ ID string }
			RawID             string
		}
	}
	_ = json.Unmarshal(mustJSON(body), &to) // what is missing is empty
	target := to.TargetParticipant
	c.mu.Lock()
	c.transferred = target.PhoneNumber.Value + target.CommunicationUser.ID + target.RawID
	c.mu.Unlock()
	c.service.serving.Go(func() { c.post("CallTransferAccepted") })
}

// post tells the application of an event.
func (c *Call) post(kind string) {
	if c.callback == "" {
		return
	}
	u, err := url.Parse(c.callback)
	if err != nil {
		c.service.t.Errorf("acstest: callbackUri: %v", err)
		return
	}
	token := c.service.Token(map[string]any{"exp": time.Now().Add(5 * time.Minute).Unix()})
	status, body := c.service.Post(u.RequestURI(), http.Header{"Authorization": {"Bearer " + token}}, []any{map[string]any{
		"id": "event", "source": "calling/callConnections/" + c.ID, "type": "Microsoft.Communication." + kind, "specversion": "1.0", "time": time.Now().UTC(),
		"data": map[string]any{
			"callConnectionId": c.ID, "correlationId": c.correlationID, "serverCallId": "server",
			"resultInformation": map[string]any{"code": 200, "subCode": 0, "message": ""},
		},
	}})
	if status != http.StatusOK && !c.service.isClosed() {
		c.service.t.Errorf("acstest: the application replies to %s with status %d: %s", kind, status, body)
	}
}
