package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

var listenCommand = command{
	name:  "listen",
	args:  "FILE",
	short: "print what is said in a recording, or on standard input",
	long: `FILE is a WAV file (16 bits or G.711; one channel), or 16-bit PCM with -rate; - is standard input. Each line of the output is what was
said between two pauses, with the time at which it began. Audio is sent as fast as it plays.`,
	declare: func(fs *flag.FlagSet) runner {
		var s service
		s.sessionFlags(fs)
		rate := fs.Int("rate", 0, "FILE is PCM without a header, of this `rate` in Hz: 8000, 16000 or 24000")
		return func(ctx context.Context, std *streams, args []string) error {
			if len(args) != 1 {
				return usagef("listen needs one file; - is standard input")
			}
			if !slices.Contains([]int{0, 8000, 16000, 24000}, *rate) {
				return usagef("-rate must be 8000, 16000 or 24000")
			}
			file, err := openFile(args[0], std)
			if err != nil {
				return err
			}
			defer file.Close()
			var speech io.Reader = bufio.NewReader(file)
			format := audio.Format{Encoding: audio.PCM16, Rate: *rate, Channels: 1}
			if *rate == 0 {
				wav, err := audio.NewReader(speech)
				if err != nil {
					return unreadable(fmt.Errorf("%s: %w", args[0], err))
				}
				speech, format = wav, wav.Format()
			}
			return listen(ctx, std, &s, speech, format)
		}
	},
}

func listen(ctx context.Context, std *streams, s *service, speech io.Reader, format audio.Format) error {
	session, err := s.connect(ctx, std, func(session *voicelive.RequestSession) error {
		if session.TurnDetection == nil {
			session.TurnDetection = &voicelive.ServerVAD{CreateResponse: new(false)} // no response is wanted
		}
		transcribe(session)
		return leg.Configure(session, format)
	})
	if err != nil {
		return err
	}
	defer session.Close()
	sent := make(chan error, 1)
	go func() {
		err := sendSpeech(ctx, session, speech, format)
		if err != nil {
			session.Close() // ends the loop
		}
		sent <- err
	}()
	err = printSpeech(ctx, std, session)
	session.Close() // ends the sending, if it has not
	if sendErr := <-sent; sendErr != nil && !errors.Is(sendErr, voicelive.ErrClosed) {
		return sendErr
	}
	return err
}

// sendSpeech sends audio and the silence that ends it. The clearing of the input buffer, which is confirmed after all that was
// heard, is the mark of its end.
func sendSpeech(ctx context.Context, session *voicelive.Session, speech io.Reader, format audio.Format) error {
	w, err := session.AudioWriter(ctx, &voicelive.AudioWriterOptions{RealTime: true})
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, speech); err != nil {
		return err
	}
	if _, err := w.Write(format.AppendSilence(nil, format.Bytes(2*time.Second))); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return session.ClearInputAudioBuffer(ctx)
}

// printSpeech prints transcriptions until the input has ended and all of them are there.
func printSpeech(ctx context.Context, std *streams, session *voicelive.Session) error {
	type speech struct{ began, ended int }
	spoken := map[string]*speech{} // by item, without its transcription
	var cleared bool
	for event, err := range session.Events(ctx) {
		if err := failure(event, err); err != nil {
			return err
		}
		var item, text string
		switch e := event.(type) {
		case *voicelive.ServerEventInputAudioBufferSpeechStarted:
			spoken[e.ItemID] = &speech{began: e.AudioStartMS}
		case *voicelive.ServerEventInputAudioBufferSpeechStopped:
			if s := spoken[e.ItemID]; s != nil {
				s.ended = e.AudioEndMS
			}
		case *voicelive.ServerEventConversationItemInputAudioTranscriptionCompleted:
			item, text = e.ItemID, e.Transcript
		case *voicelive.ServerEventConversationItemInputAudioTranscriptionFailed:
			item, text = e.ItemID, "(not understood: "+e.Error.Message+")"
		case *voicelive.ServerEventInputAudioBufferCleared:
			cleared = true
		}
		if s := spoken[item]; s != nil {
			delete(spoken, item)
			began := time.Duration(s.began) * time.Millisecond
			if std.json {
				err = std.printJSON(map[string]any{"began": began.Seconds(), "ended": float64(s.ended) / 1000, "text": text})
			} else {
				_, err = fmt.Fprintf(std.out, "%d:%04.1f  %s\n", int(began.Minutes()), (began % time.Minute).Seconds(), text)
			}
			if err != nil {
				return err
			}
		}
		if cleared && len(spoken) == 0 {
			return nil
		}
	}
	return session.Err()
}
