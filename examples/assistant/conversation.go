package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// A conversation is what the program knows of the session. Its events are handled by one goroutine; another one talks.
type conversation struct {
	session    *voicelive.Session
	microphone microphone
	speaker    speaker
	console    console

	owed    atomic.Bool // a response is expected, or is generated
	stopped time.Time   // when the user stopped, if no audio of the response has been heard since
	latency time.Duration
	cut     string // the item that was interrupted
}

func (c *conversation) handle(ctx context.Context, event voicelive.ServerEvent) error {
	switch e := event.(type) {
	case *voicelive.ServerEventInputAudioBufferSpeechStarted:
		c.owed.Store(true)
		return c.interrupt(ctx)
	case *voicelive.ServerEventInputAudioBufferSpeechStopped:
		c.stopped = time.Now()
	case *voicelive.ServerEventConversationItemInputAudioTranscriptionCompleted:
		c.console.say("You", e.Transcript)
		c.console.endLine()
	case *voicelive.ServerEventConversationItemInputAudioTranscriptionFailed:
		c.console.note("could not be transcribed: %s", e.Error.Message)

	case *voicelive.ServerEventResponseAudioTranscriptDelta:
		c.console.say("Assistant", e.Delta)
	case *voicelive.ServerEventResponseAudioDelta:
		if e.ItemID == c.cut {
			break // it was on its way when the user interrupted
		}
		if !c.stopped.IsZero() {
			c.latency, c.stopped = time.Since(c.stopped), time.Time{}
		}
		c.speaker.play(e.ItemID, e.ContentIndex, e.Delta)
	case *voicelive.ServerEventResponseDone:
		return c.responseDone(ctx, &e.Response)

	case *voicelive.ServerEventConversationItemTruncated:
		c.console.note("interrupted: you heard %.1f s, and the assistant knows", float64(e.AudioEndMS)/1000)
	case *voicelive.ServerEventError: // the session goes on
		if !voicelive.IsBenign(e) {
			c.noResponse(voicelive.NewServiceError(e))
		}
	}
	return nil
}

// interrupt stops playback. The service ends the response by itself, but believes that all it sent was heard.
func (c *conversation) interrupt(ctx context.Context) error {
	item, content, heard := c.speaker.stop()
	if item == "" {
		return nil
	}
	c.cut = item
	return c.session.TruncateItem(ctx, item, content, heard)
}

// responseDone handles the end of a response, which speaks to the user or calls functions.
func (c *conversation) responseDone(ctx context.Context, response *voicelive.Response) error {
	if c.latency > 0 {
		c.console.note("first sound %.2f s after the service heard you stop", c.latency.Seconds())
		c.latency = 0
	}
	switch response.Status {
	case voicelive.ResponseStatusCancelled:
		return nil // the user is talking
	case voicelive.ResponseStatusFailed:
		c.noResponse(failure(response))
		return nil
	case voicelive.ResponseStatusIncomplete:
		c.noResponse(errors.New("the response is incomplete"))
		return nil // the arguments of a call may not be whole
	}
	called, err := c.callFunctions(ctx, response.Output)
	if !called {
		c.owed.Store(false)
	}
	return err
}

func failure(response *voicelive.Response) error {
	if why, ok := response.StatusDetails.(*voicelive.ResponseFailedDetails); ok {
		return fmt.Errorf("the response failed: %s", why.Error)
	}
	return errors.New("the response failed")
}

// noResponse gives up on a response, but not on the conversation.
func (c *conversation) noResponse(err error) {
	c.console.note("%v", err)
	c.owed.Store(false)
}

// callFunctions calls what the model wants called, and asks it once to go on with the results. A function that takes
// its time belongs in a goroutine of its own, since audio waits for this one.
func (c *conversation) callFunctions(ctx context.Context, output []voicelive.ResponseItem) (called bool, err error) {
	for _, item := range output {
		call, ok := item.(*voicelive.ResponseFunctionCallItem)
		if !ok {
			continue
		}
		called = true
		result := callFunction(call.Name, call.Arguments)
		c.console.note("%s(%s) = %s", call.Name, call.Arguments, result)
		if err := c.session.CreateItem(ctx, &voicelive.FunctionCallOutputItem{CallID: call.CallID, Output: result}); err != nil {
			return called, err
		}
	}
	if !called {
		return false, nil
	}
	return true, c.session.CreateResponse(ctx, nil)
}
