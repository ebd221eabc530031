package browser

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive/transcript"
)

func said(id, role, text string) transcript.Entry {
	return transcript.Entry{ID: id, Type: transcript.Message, Role: role, Text: text}
}

func TestShow(t *testing.T) {
	having(t, Options{}, func(t *testing.T, s *site, call *Call, page *fakePage) {
		next := func(want message) {
			t.Helper()
			synctest.Wait()
			if diff := cmp.Diff(want, page.next()); diff != "" {
				t.Errorf("the page is told (-want +got):\n%s", diff)
			}
		}
		question := said("1", "user", "Where is my order?")
		question.Pending = true
		call.Show(View{Transcript: []transcript.Entry{question}})
		next(message{Type: "lines", Lines: []line{{ID: "1", Who: "user", Text: "Where is my order?", Pending: true}}})

		// The page is told of what has changed, and of the order.
		question.Pending = false
		ask := transcript.Entry{ID: "2", Type: transcript.FunctionCall, Call: &transcript.Call{Name: "get_order", Arguments: `{"secret":1}`}}
		reply := said("3", "assistant", "It arrives tomorrow.")
		call.Show(View{Transcript: []transcript.Entry{question, reply}})
		next(message{Type: "lines", Lines: []line{
			{ID: "1", Who: "user", Text: "Where is my order?"}, {ID: "3", After: "1", Who: "assistant", Text: "It arrives tomorrow."},
		}})
		call.Show(View{Transcript: []transcript.Entry{question, ask, reply}})
		next(message{Type: "lines", Lines: []line{
			{ID: "2", After: "1", Who: "tool", Text: "get_order", Pending: true}, {ID: "3", After: "2", Who: "assistant", Text: "It arrives tomorrow."},
		}})
		ask.Call.Output = new("secret")
		reply.Interrupted, reply.Heard = true, "It arrives"
		call.Show(View{Transcript: []transcript.Entry{question, ask, reply}, Latency: 812 * time.Millisecond, Notice: "One moment."})
		next(message{Type: "lines", Lines: []line{
			{ID: "2", After: "1", Who: "tool", Text: "get_order"}, {ID: "3", After: "2", Who: "assistant", Text: "It arrives", Interrupted: true},
		}})
		next(message{Type: "latency", MS: 812})
		next(message{Type: "notice", Text: "One moment."})

		// Nothing new is nothing.
		call.Show(View{Transcript: []transcript.Entry{question, ask, reply}})
		call.Show(View{Transcript: []transcript.Entry{question, reply}})
		next(message{Type: "lines", Lines: []line{{ID: "3", After: "1", Who: "assistant", Text: "It arrives", Interrupted: true}}, Removed: []string{"2"}})
		call.Show(View{Transcript: []transcript.Entry{}})
		if m := page.next(); len(m.Lines) != 0 || len(m.Removed) != 2 {
			t.Errorf("of an empty transcript the page is told %+v", m)
		}
		if err := call.HangUp(t.Context(), ""); err != nil {
			t.Error(err)
		}
		call.Show(View{Notice: "too late"})
		next(message{Type: "end", Why: endHungUp})
	})
}

// The page learns what was said and which tools ran, and nothing else.
func TestWhatThePageIsNotTold(t *testing.T) {
	entries := []transcript.Entry{
		said("1", "system", "secret"),
		{ID: "2", Type: transcript.FunctionCall, Failed: "secret", Call: &transcript.Call{Name: "a", ID: "secret", Arguments: "secret", Output: new("secret")}},
		{ID: "3", Type: transcript.MCPCall, Call: &transcript.Call{Server: "secret", Name: "b", Arguments: "secret"}, Failed: "secret"},
		{ID: "4", Type: transcript.MCPApproval, Approval: &transcript.Approval{Server: "secret", Name: "secret"}},
		{ID: "5", Type: transcript.MCPTools, Text: "secret"},
		{ID: "6", Type: transcript.Other, Text: "secret"},
		{ID: "7", Type: transcript.Search, Text: "secret", Pending: true},
		{ID: "8", Type: transcript.Message, Role: "assistant", Text: "Yes. secret", Heard: "Yes.", Interrupted: true},
		{ID: "9", Type: transcript.Message, Role: "user", Failed: "secret"},
		{ID: "10", Type: transcript.FunctionCall},
	}
	got := linesOf(entries)
	want := []line{
		{ID: "2", Who: "tool", Text: "a", Failed: true},
		{ID: "3", After: "2", Who: "tool", Text: "b", Failed: true},
		{ID: "7", After: "3", Who: "tool", Text: "search", Pending: true},
		{ID: "8", After: "7", Who: "assistant", Text: "Yes.", Interrupted: true},
		{ID: "9", After: "8", Who: "user", Failed: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if text, err := json.Marshal(got); err != nil || strings.Contains(string(text), "secret") {
		t.Errorf("the page is told %s, error %v", text, err)
	}
}

// Of views that come faster than the network takes them, the page gets the latest.
func TestViewsOfASlowNetwork(t *testing.T) {
	having(t, Options{}, func(t *testing.T, s *site, call *Call, page *fakePage) {
		for i := range 1000 {
			call.Show(View{Transcript: []transcript.Entry{said("1", "assistant", strings.Repeat("x", i))}, Latency: time.Duration(i) * time.Second})
		}
		lines, latencies := 0, 0
		for {
			switch m := page.next(); m.Type {
			case "lines":
				lines++
			case "latency":
				if latencies++; m.MS == 999000 {
					if lines > 2 || latencies > 2 {
						t.Errorf("the page gets %d lines and %d latencies", lines, latencies)
					}
					return
				}
			}
		}
	})
}
