package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/go-voicelive/voicelive-go/examples/internal/speech"
	"github.com/go-voicelive/voicelive-go/examples/internal/wav"
)

// A line is what the user says once it is time.
type line struct {
	audio  []byte
	isTime func(*conversation) bool
}

// quiet is when nobody talks and nobody is about to.
func quiet(c *conversation) bool { return !c.owed.Load() && !c.speaker.playing() }

// midAnswer is when the assistant has talked for a while, or has nothing to say.
func midAnswer(c *conversation) bool { return c.speaker.heard() >= 1200*time.Millisecond || quiet(c) }

var sentences = []string{"What time is it in Oslo?", "How does a clock work?", "Thank you, that will do."}

// script returns what the user says: the content of a file, or sentences of which the last one interrupts.
func script(ctx context.Context, file string) ([]line, error) {
	if file != "" {
		audio, err := read(file)
		return []line{{audio, quiet}}, err
	}
	spoken, err := speech.Speak(ctx, sentences...)
	if err != nil {
		return nil, err
	}
	return []line{{spoken[0], quiet}, {spoken[1], quiet}, {spoken[2], midAnswer}}, nil
}

func read(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	audio, rate, err := wav.Read(f)
	if err == nil && rate != speech.Rate {
		err = fmt.Errorf("its sampling rate is %d Hz, not %d", rate, speech.Rate)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return audio, nil
}

// talk says the lines, with silence between them as from a real microphone: the service cannot tell that somebody stopped
// talking if nothing follows.
func (c *conversation) talk(lines []line) error {
	for _, line := range lines {
		if err := c.listen(line.isTime); err != nil {
			return err
		}
		if _, err := c.microphone.Write(line.audio); err != nil {
			return err
		}
		// The service needs a moment to notice.
		if _, err := c.microphone.Write(make([]byte, bytesOf(time.Second))); err != nil {
			return err
		}
	}
	return c.listen(quiet)
}

// listen is silent until it is time to talk.
func (c *conversation) listen(isTime func(*conversation) bool) error {
	silence := make([]byte, bytesOf(100*time.Millisecond))
	for !isTime(c) {
		if _, err := c.microphone.Write(silence); err != nil {
			return err
		}
	}
	return nil
}
