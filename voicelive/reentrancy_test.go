package voicelive

import (
	"context"
	"fmt"
	"io"
	"iter"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// callers is an observer that calls a method of a session from each callback.
type callers struct {
	mu   sync.Mutex
	call func(at string)
}

func (c *callers) is(at string) {
	c.mu.Lock()
	call := c.call
	c.mu.Unlock()
	if call != nil {
		call(at)
	}
}

func (c *callers) ObserveConnect(context.Context, ConnectInfo) { c.is("connect") }
func (c *callers) ObserveSend(context.Context, EventInfo)      { c.is("send") }
func (c *callers) ObserveReceive(EventInfo)                    { c.is("receive") }
func (c *callers) ObserveResponse(ResponseInfo)                { c.is("response") }
func (c *callers) ObserveError(ErrorInfo)                      { c.is("error") }
func (c *callers) ObserveClose(CloseInfo)                      { c.is("close") }

// Every method returns wherever it is called: in each callback of an observer, in
// a handler, and after the end. What waits for an event there ends with its context.
func TestEveryMethodReturnsEverywhere(t *testing.T) {
	methods := reflect.TypeFor[*Session]()
	for i := range methods.NumMethod() {
		method := methods.Method(i)
		t.Run(method.Name, func(t *testing.T) {
			t.Parallel()
			for _, at := range []string{"send", "receive", "response", "error", "close", "handler", "end"} {
				synctest.Test(t, func(t *testing.T) {
					if !calledAt(t, method, at) {
						t.Errorf("%s: not reached", at)
					}
				})
			}
		})
	}
}

// calledAt calls a method at one place of a session's life.
func calledAt(t *testing.T, method reflect.Method, at string) (called bool) {
	observer := &callers{}
	s, stop := serve(t, func(o *ClientOptions) { o.Observer = observer }, func(p *peer) {
		if _, err := p.event(); err != nil {
			return
		}
		p.text(`{"type":"response.created","response":{"id":"r"}}`)
		p.text(`{"type":"response.done","response":{"id":"r"}}`)
		p.text(`{"type":"error","error":{"type":"t","message":"m"}}`)
		answerAll(func(e map[string]any) []string {
			if e["type"] == "input_audio_buffer.commit" {
				p.Close(1000, "")
			}
			return []string{fmt.Sprintf(`{"type":"error","error":{"type":"t","message":"m","event_id":%q}}`, e["event_id"])}
		})(p)
	})
	defer stop()
	var begun atomic.Bool // the call may cause what it is called for
	call := func(now string) {
		if now != at || begun.Swap(true) {
			return
		}
		began := time.Now()
		callMethod(t, s, method)
		called = true
		if took := time.Since(began); took > 30*time.Second {
			t.Errorf("%s: it took %v", at, took)
		}
	}
	observer.mu.Lock()
	observer.call = call
	observer.mu.Unlock()

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s.ClearInputAudioBuffer(ctx)
	var m Mux
	On(&m, func(context.Context, *ServerEventError) error {
		call("handler")
		return io.EOF
	})
	m.Run(ctx, s)
	s.CommitInputAudioBuffer(ctx)
	s.Close()
	<-s.Done()
	synctest.Wait()
	call("end")
	return called
}

// callMethod calls a method with a context that ends and with what is empty otherwise.
func callMethod(t *testing.T, s *Session, method reflect.Method) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	in := []reflect.Value{reflect.ValueOf(s)}
	for i := 1; i < method.Type.NumIn(); i++ {
		switch in = append(in, reflect.Zero(method.Type.In(i))); method.Type.In(i) {
		case reflect.TypeFor[context.Context]():
			in[i] = reflect.ValueOf(ctx)
		case reflect.TypeFor[ClientEvent]():
			in[i] = reflect.ValueOf(&ClientEventInputAudioBufferClear{})
		case reflect.TypeFor[string]():
			in[i] = reflect.ValueOf("some")
		case reflect.TypeFor[[]byte]():
			in[i] = reflect.ValueOf([]byte{1, 2})
		case reflect.TypeFor[ConversationRequestItem]():
			in[i] = reflect.ValueOf(&FunctionCallOutputItem{CallID: "c"})
		}
	}
	for _, out := range method.Func.Call(in) {
		switch out := out.Interface().(type) {
		case iter.Seq2[ServerEvent, error]:
			for range out {
				break
			}
		case io.WriteCloser:
			out.Write([]byte{1, 2})
			out.Close()
		}
	}
}
