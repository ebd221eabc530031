package replay_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/record"
	"github.com/go-voicelive/voicelive-go/voicelive/record/replay"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

const header = `{"cassette":1,"began":"2026-11-26T12:00:00Z","audio":"all","text":"all"}` + "\n"

// question is a cassette in which a user asks something, with identifiers that the client makes.
const question = header +
	`{"at_ns":1000000000,"session":1,"from":"service","order":1,"event":{"event_id":"event_1","type":"session.created","session":{"id":"sess_9"}}}
{"at_ns":1000000000,"session":1,"connected":{"endpoint":"https://host","model":"gpt-realtime","duration_ns":1}}
{"at_ns":2000000000,"session":1,"from":"client","order":2,"event":{"type":"conversation.item.create","event_id":"mine_1","item":{"type":"message","role":"user","id":"mine_2","content":[{"type":"input_text","text":"Where is Oslo?"}]}}}
{"at_ns":2000000000,"session":1,"from":"client","order":3,"event":{"type":"response.create","response":{"temperature":0.70,"instructions":"Be brief."}}}
{"at_ns":2100000000,"session":1,"from":"service","order":4,"event":{"event_id":"event_2","type":"conversation.item.created","item":{"type":"message","role":"user","id":"mine_2","status":"completed"}}}
{"at_ns":5000000000,"session":1,"from":"service","order":5,"event":{"event_id":"event_3","type":"response.done","response":{"id":"resp_9","status":"completed"}}}
{"at_ns":6000000000,"session":1,"closed":{"by":"client"}}
`

func cassette(t *testing.T, text string) *record.Cassette {
	t.Helper()
	c, err := record.Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// play runs a client against a replay, and returns the differences.
func play(t *testing.T, text string, o *replay.Options, client func(t *testing.T, s *voicelive.Session)) (differences error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		service, err := replay.Start(cassette(t, text), o)
		if err != nil {
			t.Fatal(err)
		}
		vl, err := service.NewClient()
		if err != nil {
			t.Fatal(err)
		}
		session, err := vl.Connect(t.Context(), &voicelive.ConnectOptions{Model: "gpt-realtime"})
		if err != nil {
			t.Fatal(err)
		}
		client(t, session)
		if err := session.Close(); err != nil {
			t.Error(err)
		}
		differences = service.Close()
	})
	return differences
}

func send(t *testing.T, s *voicelive.Session, events ...string) {
	t.Helper()
	for _, event := range events {
		e, err := voicelive.UnmarshalClientEvent([]byte(event))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Send(t.Context(), e); err != nil && s.Err() == nil { // a replay ends a session that differs
			t.Fatal(err)
		}
	}
}

// receive returns what arrives until an event of a type.
func receive(t *testing.T, s *voicelive.Session, last voicelive.ServerEventType) (events []string) {
	t.Helper()
	began := time.Now()
	for e, err := range s.Events(t.Context()) {
		if err != nil {
			return append(events, err.Error())
		}
		text, err := e.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, fmt.Sprintf("%v %s", time.Since(began), text))
		if e.EventType() == last {
			break
		}
	}
	return events
}

const (
	item     = `{"type":"conversation.item.create","event_id":"other_1","item":{"type":"message","role":"user","id":"other_2","content":[{"type":"input_text","text":"Where is Oslo?"}]}}`
	response = `{"response":{"instructions":"Be brief.","temperature":0.7},"type":"response.create"}`
)

func TestAReplayHasTheTimesAndTheIdentifiers(t *testing.T) {
	for pace, want := range map[voicelivetest.Pace][3]string{
		voicelivetest.RealTime: {"0s", "100ms", "3s"}, 10: {"0s", "10ms", "300ms"}, voicelivetest.Instant: {"0s", "0s", "0s"},
	} {
		err := play(t, question, &replay.Options{Pace: pace}, func(t *testing.T, s *voicelive.Session) {
			got := receive(t, s, voicelive.ServerEventTypeSessionCreated)
			time.Sleep(10 * time.Second) // the client takes longer than that of the recording
			send(t, s, item, response)
			got = append(got, receive(t, s, voicelive.ServerEventTypeResponseDone)...)
			if diff := cmp.Diff([]string{
				want[0] + ` {"type":"session.created","event_id":"event_1","session":{"id":"sess_9"}}`,
				want[1] + ` {"type":"conversation.item.created","event_id":"event_2","item":{"type":"message","id":"other_2","role":"user","status":"completed"}}`,
				want[2] + ` {"type":"response.done","event_id":"event_3","response":{"id":"resp_9","status":"completed"}}`,
			}, got); diff != "" {
				t.Errorf("at pace %v: %s", pace, diff)
			}
		})
		if err != nil {
			t.Errorf("at pace %v: %v", pace, err)
		}
	}
}

func TestDifferences(t *testing.T) {
	other := func(event, old, new string) string { return strings.Replace(event, old, new, 1) }
	for _, tt := range []struct {
		name    string
		events  []string
		options replay.Options
		want    string
	}{
		{"a text", []string{other(item, "Oslo", "Bergen"), response}, replay.Options{},
			"replay: session 1, line 4 of the cassette, at 2s: the client sends a conversation.item.create that differs\n\titem.content[0].text: recorded \"Where is Oslo?\", sent \"Where is Bergen?\""},
		{"a member more and a member less", []string{item, other(response, `"instructions":"Be brief."`, `"metadata":{"a":"b"}`)}, replay.Options{},
			"replay: session 1, line 5 of the cassette, at 2s: the client sends a response.create that differs\n\tresponse.instructions: recorded \"Be brief.\", sent nothing\n\tresponse.metadata: recorded nothing, sent {\"a\":\"b\"}"},
		{"a number", []string{item, other(response, "0.7", "0.8")}, replay.Options{},
			"replay: session 1, line 5 of the cassette, at 2s: the client sends a response.create that differs\n\tresponse.temperature: recorded 0.70, sent 0.8"},
		{"what is ignored", []string{other(item, "Oslo", "Bergen"), other(response, "0.7", "0.8")},
			replay.Options{Ignore: []string{"item.content", "response.temperature"}}, ""},
		{"an event less", []string{response}, replay.Options{},
			"replay: session 1, line 4 of the cassette, at 2s: the client sends response.create in place of conversation.item.create\n\trecorded {\"type\":\"conversation.item.create\",\"event_id\":\"mine_1\",\"item\":{\"type\":\"message\",\"role\":\"user\",\"id\":\"mine_2\",\"content\":[{\"type\":\"input_text\",\"text\":\"Where is Oslo?\"}]}}\n\tsent     {\"type\":\"response.create\",\"response\":{\"instructions\":\"Be brief.\",\"temperature\":0.7}}"},
		{"the last event less", []string{item}, replay.Options{Patience: time.Minute},
			"replay: session 1, line 5 of the cassette, at 2s: the client has not sent response.create within 1m0s\n\trecorded {\"type\":\"response.create\",\"response\":{\"temperature\":0.70,\"instructions\":\"Be brief.\"}}"},
		{"an event more", []string{item, response, `{"type":"response.cancel"}`}, replay.Options{},
			"replay: session 1: the client sends response.cancel, but has sent everything that is in the recording\n\tsent     {\"event_id\":\"vl_1\",\"type\":\"response.cancel\"}"},
		{"another order", []string{response, item}, replay.Options{AnyOrder: true}, ""},
		{"any order, and another text", []string{response, other(item, "Oslo", "Bergen")}, replay.Options{AnyOrder: true},
			"replay: session 1, line 4 of the cassette, at 2s: the client sends a conversation.item.create that differs\n\titem.content[0].text: recorded \"Where is Oslo?\", sent \"Where is Bergen?\""},
		{"one identifier for two", []string{other(item, "other_2", "other_1"), response}, replay.Options{},
			"replay: session 1, line 4 of the cassette, at 2s: the client sends a conversation.item.create that differs\n\titem.id: recorded \"mine_2\", sent \"other_1\""},
		{"audio more", []string{item, `{"type":"input_audio_buffer.append","audio":"AAAA"}`, response}, replay.Options{}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var end []string
			err := play(t, question, &tt.options, func(t *testing.T, s *voicelive.Session) {
				send(t, s, tt.events...)
				end = receive(t, s, voicelive.ServerEventTypeResponseDone)
			})
			text := ""
			if err != nil {
				text = err.Error()
			}
			if diff := cmp.Diff(tt.want, text); diff != "" {
				t.Error(diff)
			}
			if last := end[len(end)-1]; tt.want != "" && !strings.HasPrefix(last, "voicelive: session ended: policy (close code 1008: \"replay: session 1") {
				t.Errorf("the client is told %s", last)
			}
		})
	}
}

// A client that leaves before it has sent everything fails the replay, also if it never connects.
func TestAClientThatLeaves(t *testing.T) {
	err := play(t, question, nil, func(t *testing.T, s *voicelive.Session) { send(t, s, item) })
	want := "replay: session 1, line 5 of the cassette, at 2s: the session has ended, and the client has not sent response.create\n\trecorded {\"type\":\"response.create\",\"response\":{\"temperature\":0.70,\"instructions\":\"Be brief.\"}}"
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	service, err := replay.Start(cassette(t, question), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := service.Close(); err == nil || err.Error() != "replay: session 1: the client has not opened this session" {
		t.Error(err)
	}
}

func TestAClientThatStays(t *testing.T) {
	err := play(t, question, nil, func(t *testing.T, s *voicelive.Session) {
		send(t, s, item, response)
		<-s.Done()
	})
	if err == nil || err.Error() != "replay: session 1: the client has not closed the session within 30s" {
		t.Error(err)
	}
}

func TestAnotherModelAndAnotherSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service, err := replay.Start(cassette(t, question), nil)
		if err != nil {
			t.Fatal(err)
		}
		vl, err := service.NewClient()
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if s, err := vl.Connect(t.Context(), &voicelive.ConnectOptions{Model: "phi4-mm-realtime"}); err == nil {
				<-s.Done()
			}
		}
		want := `replay: session 1, line 3 of the cassette, at 1s: the client asks for model "phi4-mm-realtime", recorded is "gpt-realtime"` + "\n" +
			"replay: session 2: the cassette has no such session"
		if err := service.Err(); err == nil || err.Error() != want {
			t.Errorf("got %v\nwant %s", err, want)
		}
		var d *replay.Difference
		if err := service.Close(); !errors.As(err, &d) {
			t.Error(err)
		}
	})
}

func TestHowASessionEnds(t *testing.T) {
	for closed, want := range map[string]string{
		`{"by":"service","error":"e","code":1001,"reason":"enough"}`: `voicelive: session ended: going_away (close code 1001: "enough"), session sess_9`,
		`{"by":"service","error":"e","code":1005}`:                   "voicelive: session ended: network (close code 1005), session sess_9",
		`{"by":"service","error":"e"}`:                               "voicelive: session ended: network: ",
		`{"by":"service"}`:                                           "",
	} {
		err := play(t, strings.Replace(question, `"closed":{"by":"client"}`, `"closed":`+closed, 1), nil, func(t *testing.T, s *voicelive.Session) {
			send(t, s, item, response)
			receive(t, s, "")
			text := ""
			if err := s.Err(); err != nil {
				text = err.Error()
			}
			if !strings.HasPrefix(text, want) || text != "" && want == "" {
				t.Errorf("the session ends with %s, want %s", text, want)
			}
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// A recording that was cut says nothing about what follows.
func TestARecordingWithoutAnEnd(t *testing.T) {
	text, _, _ := strings.Cut(question, `{"at_ns":5000000000`)
	err := play(t, text, nil, func(t *testing.T, s *voicelive.Session) {
		send(t, s, item, response)
		receive(t, s, voicelive.ServerEventTypeConversationItemCreated)
		time.Sleep(time.Minute)
		send(t, s, `{"type":"response.cancel"}`)
	})
	if err != nil {
		t.Error(err)
	}
}

func TestCassettesThatCannotBePlayed(t *testing.T) {
	for text, want := range map[string]string{
		header: "replay: the cassette has no session",
		question + `{"at_ns":1,"lost":{"events":3,"bytes":4}}` + "\n": "replay: the recorder has lost 3 events before line 9 of the cassette",
	} {
		if _, err := replay.Start(cassette(t, text), nil); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// What a recorder has taken out is taken out of what is compared.
func TestAReplayOfWhatIsShort(t *testing.T) {
	for _, o := range []record.Options{{}, {Audio: record.Drop, Text: record.Drop}, {Audio: record.Shorten, Text: record.Shorten}} {
		synctest.Test(t, func(t *testing.T) {
			talk := func(srv *voicelivetest.Server, observer voicelive.Observer) {
				options := srv.ClientOptions()
				options.Observer = observer
				vl, err := voicelive.NewClientWithKeyCredential(srv.URL(), key, options)
				if err != nil {
					t.Fatal(err)
				}
				s, err := vl.Connect(t.Context(), &voicelive.ConnectOptions{Model: "m", Session: &voicelive.RequestSession{
					Instructions: new(strings.Repeat("Be brief. ", 20)),
					Tools:        []voicelive.Tool{&voicelive.MCPServer{ServerLabel: "crm", ServerURL: "https://host/mcp?key=x", Authorization: new("Bearer secret")}},
				}})
				if err != nil {
					t.Fatal(err)
				}
				if err := s.AppendInputAudioBuffer(t.Context(), make([]byte, 4800)); err != nil {
					t.Fatal(err)
				}
				if err := s.SendText(t.Context(), "How are you?"); err != nil {
					t.Fatal(err)
				}
				receive(t, s, voicelive.ServerEventTypeResponseDone)
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
			var b bytes.Buffer
			recorder := record.New(&b, &o)
			talk(voicelivetest.NewServer(t, nil), recorder)
			if err := recorder.Close(); err != nil {
				t.Fatal(err)
			}
			if o.Text != "" && b.Len() > 30_000 {
				t.Errorf("the cassette has %d bytes", b.Len())
			}
			talk(replay.NewService(t, cassette(t, b.String()), nil).Server, nil)
		})
	}
}

// Audio is compared by its presence only, and may come earlier.
func TestAudioOfTheUser(t *testing.T) {
	const talking = header + `{"at_ns":0,"session":1,"from":"service","order":1,"event":{"type":"session.created","event_id":"e1","session":{"id":"s"}}}
{"at_ns":1000000000,"session":1,"from":"client","order":2,"event":{"type":"input_audio_buffer.append","audio":"AAAA"}}
{"at_ns":2000000000,"session":1,"from":"client","order":3,"event":{"type":"input_audio_buffer.append","audio":"AAAA"}}
{"at_ns":2000000000,"session":1,"from":"service","order":4,"event":{"type":"input_audio_buffer.speech_started","event_id":"e2"}}
{"at_ns":9000000000,"session":1,"closed":{"by":"client"}}
`
	for _, tt := range []struct {
		packets int
		o       replay.Options
		want    string
	}{
		{2, replay.Options{}, "0s"},
		{5, replay.Options{}, "0s"},
		{0, replay.Options{IgnoreAudio: true}, "2s"},
	} {
		err := play(t, talking, &tt.o, func(t *testing.T, s *voicelive.Session) {
			for range tt.packets {
				send(t, s, `{"type":"input_audio_buffer.append","audio":"BBBB"}`)
			}
			events := receive(t, s, voicelive.ServerEventTypeInputAudioBufferSpeechStarted)
			if last := events[len(events)-1]; !strings.HasPrefix(last, tt.want+" ") {
				t.Errorf("after %d packets: %s", tt.packets, last)
			}
		})
		if err != nil {
			t.Error(err)
		}
	}
	err := play(t, talking, nil, func(t *testing.T, s *voicelive.Session) {
		send(t, s, `{"type":"input_audio_buffer.append","audio":"BBBB"}`)
		receive(t, s, voicelive.ServerEventTypeInputAudioBufferSpeechStarted)
	})
	if err == nil || !strings.Contains(err.Error(), "line 4 of the cassette, at 2s: the client has not sent input_audio_buffer.append within 30s") {
		t.Errorf("one packet less: %v", err)
	}
}

func ExampleService() {
	c, err := record.Read(strings.NewReader(question))
	if err != nil {
		fmt.Println(err)
		return
	}
	service, err := replay.Start(c, &replay.Options{Pace: voicelivetest.Instant})
	if err != nil {
		fmt.Println(err)
		return
	}
	ask(service.Server, "Where is Bergen?") // the program under test
	fmt.Println(service.Close())
	// Output:
	// replay: session 1, line 4 of the cassette, at 2s: the client sends a conversation.item.create that differs
	// 	item.content[0].text: recorded "Where is Oslo?", sent "Where is Bergen?"
}
