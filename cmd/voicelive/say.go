package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

var sayCommand = command{
	name:  "say",
	args:  "[TEXT]",
	short: "say something to the model, and keep what it replies",
	long: `What is said is TEXT, or the speech of a WAV file (16 bits; one channel of 8, 16 or 24 kHz). The transcript of the reply is
printed, and its sound is written with -out.`,
	declare: func(fs *flag.FlagSet) runner {
		var s service
		s.sessionFlags(fs)
		in := fs.String("in", "", "a WAV `file` that is said in place of TEXT; - is standard input")
		out := fs.String("out", "", "the WAV `file` for the reply; - is standard output, and the transcript goes to standard error")
		return func(ctx context.Context, std *streams, args []string) error {
			text := strings.Join(args, " ")
			if (text == "") == (*in == "") {
				return usagef("say needs either a text or -in")
			}
			return say(ctx, std, &s, text, *in, *out)
		}
	},
}

func say(ctx context.Context, std *streams, s *service, text, in, out string) (err error) {
	var speech *audio.Reader
	format := audio.Format{Encoding: audio.PCM16, Rate: 24000, Channels: 1}
	if in != "" {
		file, err := openFile(in, std)
		if err != nil {
			return err
		}
		defer file.Close()
		if speech, err = audio.NewReader(file); err != nil {
			return unreadable(fmt.Errorf("%s: %w", in, err))
		}
		format = speech.Format()
	}
	session, err := s.connect(ctx, std, func(session *voicelive.RequestSession) error {
		if speech != nil {
			session.TurnDetection = voicelive.NullTurnDetection{} // one turn, which ends with the file
			transcribe(session)
		}
		return leg.Configure(session, format)
	})
	if err != nil {
		return err
	}
	defer session.Close()
	h := hearing{std: std, transcript: std.out, user: text}
	if out != "" {
		var file io.WriteCloser = nopCloser{std.out}
		if out == "-" {
			h.transcript = std.err
		} else if file, err = os.Create(out); err != nil {
			return unreadable(err)
		}
		defer func() { err = errors.Join(err, unreadable(file.Close())) }()
		if h.sound, err = audio.NewWriter(file, format); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, unreadable(h.sound.Close())) }()
	}
	if speech == nil {
		err = session.SendText(ctx, text)
	} else {
		err = speak(ctx, session, speech)
	}
	if err != nil {
		return err
	}
	return h.response(ctx, session)
}

// openFile opens a file, or standard input for -.
func openFile(path string, std *streams) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(std.in), nil
	}
	file, err := os.Open(path)
	return file, unreadable(err)
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// transcribe asks for the words of the user, unless the configuration does already.
func transcribe(session *voicelive.RequestSession) {
	if session.InputAudioTranscription.IsZero() {
		session.InputAudioTranscription = voicelive.NullableOf(voicelive.AudioInputTranscriptionOptions{Model: voicelive.AudioInputTranscriptionOptionsModelWhisper1})
	}
}

// speak sends speech, as fast as it plays, and asks for a response.
func speak(ctx context.Context, session *voicelive.Session, speech io.Reader) error {
	w, err := session.AudioWriter(ctx, &voicelive.AudioWriterOptions{RealTime: true, Commit: true})
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, speech); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return session.CreateResponse(ctx, nil)
}

// hearing takes a response in.
type hearing struct {
	std        *streams
	transcript io.Writer
	sound      *audio.Writer // nil if the sound is not kept
	said       strings.Builder
	user       string // what the user said
}

// response prints what is said on both sides until the response is done, or all of it as one line of JSON.
func (h *hearing) response(ctx context.Context, session *voicelive.Session) error {
	out := h.transcript
	if h.std.json {
		out = io.Discard
	}
	for event, err := range session.Events(ctx) {
		if err := failure(event, err); err != nil {
			return err
		}
		var delta string
		switch e := event.(type) {
		case *voicelive.ServerEventConversationItemInputAudioTranscriptionCompleted:
			h.user = e.Transcript
			fmt.Fprintf(out, "(you said: %s)\n", e.Transcript)
		case *voicelive.ServerEventResponseTextDelta:
			delta = e.Delta
		case *voicelive.ServerEventResponseAudioTranscriptDelta:
			delta = e.Delta
		case *voicelive.ServerEventResponseAudioDelta:
			if h.sound != nil {
				if _, err := h.sound.Write(e.Delta); err != nil {
					return unreadable(err)
				}
			}
		case *voicelive.ServerEventResponseDone:
			fmt.Fprintln(out)
			if !h.std.json {
				return nil
			}
			return printJSON(h.transcript, map[string]string{"user": h.user, "assistant": h.said.String(), "status": string(e.Response.Status)})
		}
		h.said.WriteString(delta)
		fmt.Fprint(out, delta)
	}
	return session.Err()
}
