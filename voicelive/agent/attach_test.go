package agent_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// attach runs a script beside an agent in a session in text.
func attach(t *testing.T, a *agent.Agent, service *voicelivetest.Options, script func(c *call)) *call {
	t.Helper()
	return attachTo(t, func(*testing.T, *voicelive.Session) {}, a, nil, textSession(), service, script)
}

// attachTo runs a script beside an agent in a session without a leg, which is prepared first.
func attachTo(t *testing.T, prepare func(*testing.T, *voicelive.Session), a *agent.Agent, o *agent.AttachOptions, connect *voicelive.ConnectOptions, service *voicelivetest.Options, script func(c *call)) *call {
	t.Helper()
	var c *call
	synctest.Test(t, func(t *testing.T) {
		c = &call{T: t, agent: a, ended: make(chan struct{})}
		c.srv = voicelivetest.NewServer(t, service)
		client, err := c.srv.NewClient()
		if err != nil {
			t.Fatal(err)
		}
		connect.Model = "gpt-realtime"
		session, err := client.Connect(t.Context(), connect)
		if err != nil {
			t.Fatal(err)
		}
		prepare(t, session)
		a.Client, a.Connect = client, *connect
		begun := make(chan struct{})
		a.Begin = func(conversation *agent.Conversation) {
			c.conversation = conversation
			close(begun)
		}
		go func() {
			defer close(c.ended)
			c.report, c.err = a.Attach(t.Context(), session, o)
		}()
		<-begun
		script(c)
		select {
		case <-c.ended:
		case <-time.After(10 * time.Minute):
			t.Fatal("the conversation does not end")
		}
		check(t, c.report)
	})
	return c
}

func (c *call) write(text string) {
	c.Helper()
	if _, err := c.conversation.Write(text).Wait(c.Context()); err != nil {
		c.Error(err)
	}
}

func textSession() *voicelive.ConnectOptions {
	return &voicelive.ConnectOptions{Session: &voicelive.RequestSession{Modalities: []voicelive.Modality{voicelive.ModalityText}}}
}

func TestAttachInText(t *testing.T) {
	a := &agent.Agent{
		Tools:    []tools.Tool{tools.New("get_weather", "", weather)},
		Greeting: agent.Ask("Greet the user."),
		Idle:     agent.Idle{After: time.Minute, Prompts: []agent.Prompt{agent.Ask("Ask whether the user is there.")}, Goodbye: agent.Ask("Say goodbye.")},
	}
	service := &voicelivetest.Options{Respond: func(r voicelivetest.Request) voicelivetest.Response {
		switch {
		case r.Params != nil && r.Params.Instructions != nil:
			return voicelivetest.Response{Text: *r.Params.Instructions}
		case len(r.Outputs) > 0:
			return voicelivetest.Response{Text: "It is " + r.Outputs[0].Output + "."}
		case strings.Contains(r.Text, "weather"):
			return voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "get_weather", Arguments: `{"city":"Oslo"}`}}}
		}
		return voicelivetest.Response{Text: "I have heard: " + r.Text}
	}}
	var idle time.Time
	c := attach(t, a, service, func(c *call) {
		time.Sleep(50 * time.Second)
		c.write("What is the weather in Oslo?")
		time.Sleep(50 * time.Second) // less than Idle.After since the reply
		c.srv.Session(0).Abort()
		time.Sleep(5 * time.Second)
		c.write("Thank you.")
		idle = time.Now()
		<-c.ended
		c.srv.Check(c)
	})
	c.want(agent.IdleTooLong)
	if d := c.report.Ended.Sub(idle); d < 2*time.Minute || d > 2*time.Minute+10*time.Second {
		t.Errorf("the conversation was idle for %v, want two minutes", d)
	}
	text := c.report.Transcript.Text()
	for _, want := range []string{"Assistant: Greet the user.\nUser: What is the weather in Oslo?\nFunction: get_weather", "Assistant: It is cold in Oslo.\nUser: Thank you.\nAssistant: I have heard: Thank you."} {
		if !strings.Contains(text, want) {
			t.Errorf("the transcript lacks %q:\n%s", want, text)
		}
	}
	if len(c.report.Sessions) != 2 || len(c.report.Gaps) != 1 || c.report.Tools[0].Outcome != tools.Confirmed {
		t.Errorf("sessions %+v, tools %+v", c.report.Sessions, c.report.Tools)
	}
	if told := strings.Join(items(c.srv.Session(1)), "|"); !strings.Contains(told, "user: What is the weather in Oslo?") || !strings.HasSuffix(told, "user: Thank you.") {
		t.Errorf("the second session was told %q", told)
	}
	if p := c.report.Prompts[2]; p.How != agent.Written || p.Text != "Thank you." {
		t.Errorf("prompts %+v", c.report.Prompts)
	}
}

func TestAttachThatCannotBe(t *testing.T) {
	if report, err := (&agent.Agent{}).Attach(t.Context(), nil, nil); err == nil || report != nil {
		t.Errorf("without a session: report %+v, error %v", report, err)
	}
	a := &agent.Agent{Packet: -1}
	c := refuse(t, a, textSession())
	if c.report != nil || c.err == nil {
		t.Errorf("a wrong agent: report %+v, error %v", c.report, c.err)
	}
	connect := textSession()
	connect.Session.Modalities = append(connect.Session.Modalities, "smell")
	a = &agent.Agent{Connect: *connect}
	c = refuse(t, a, textSession())
	refused, _ := errors.AsType[*voicelive.ServiceError](c.err)
	if c.report == nil || c.report.Reason != agent.Failed || refused == nil {
		t.Errorf("a configuration that the service refuses: report %+v, error %v", c.report, c.err)
	}
}

// The session goes by WebRTC, or the agent has no client.
func TestRotateASessionThatCannotBeReplaced(t *testing.T) {
	for name, webRTC := range map[string]bool{"without a client": false, "by WebRTC": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := voicelivetest.NewServer(t, nil)
				client, err := srv.NewClient()
				if err != nil {
					t.Fatal(err)
				}
				connect := textSession()
				connect.Model = "gpt-realtime"
				session, err := client.Connect(t.Context(), connect)
				if err != nil {
					t.Fatal(err)
				}
				a := &agent.Agent{Begin: func(c *agent.Conversation) {
					c.Rotate("because")
					time.AfterFunc(time.Minute, func() { c.HangUp("enough") })
				}}
				if webRTC {
					a.Client, a.Connect = client, *connect
				}
				report, err := a.Attach(t.Context(), session, &agent.AttachOptions{WebRTC: webRTC})
				if err != nil || report.Reason != agent.HungUp || len(report.Sessions) != 1 || len(report.Gaps) != 0 {
					t.Errorf("ended as %s in sessions %+v, error %v; want one session until HangUp", report.Reason, report.Sessions, err)
				}
			})
		})
	}
}

// refuse attaches an agent to a session, and checks that the session is closed.
func refuse(t *testing.T, a *agent.Agent, connect *voicelive.ConnectOptions) (c *call) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c = &call{T: t}
		srv := voicelivetest.NewServer(t, nil)
		client, err := srv.NewClient()
		if err != nil {
			t.Fatal(err)
		}
		connect.Model = "gpt-realtime"
		session, err := client.Connect(t.Context(), connect)
		if err != nil {
			t.Fatal(err)
		}
		c.report, c.err = a.Attach(t.Context(), session, nil)
		<-session.Done()
	})
	return c
}
