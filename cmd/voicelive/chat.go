package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"strings"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

var chatCommand = command{
	name:  "chat",
	short: "hold a conversation, in writing or aloud",
	long:  `Each line of standard input is said to the model, and its reply printed as it comes. The conversation ends with the input.`,
	declare: func(fs *flag.FlagSet) runner {
		var s service
		s.sessionFlags(fs)
		aloud := fs.Bool("speak", false, "talk with microphone and loudspeaker until an interrupt; use headphones, there is no echo cancellation; needs a build with the tag device")
		return func(ctx context.Context, std *streams, args []string) error {
			if err := noArguments(args); err != nil {
				return err
			}
			if *aloud {
				return talk(ctx, std, &s)
			}
			session, err := s.connect(ctx, std, func(session *voicelive.RequestSession) error {
				session.Modalities = []voicelive.Modality{voicelive.ModalityText}
				return nil
			})
			if err != nil {
				return err
			}
			defer session.Close()
			return chat(ctx, std, session)
		}
	},
}

func chat(ctx context.Context, std *streams, session *voicelive.Session) error {
	lines := bufio.NewScanner(std.in)
	lines.Buffer(nil, 1<<20) // bytes of a line
	prompt := func() bool {
		if std.terminal(std.out) && !std.json {
			fmt.Fprint(std.err, "> ")
		}
		return lines.Scan()
	}
	for prompt() {
		text := strings.TrimSpace(lines.Text())
		if text == "" {
			continue
		}
		if err := session.SendText(ctx, text); err != nil {
			return err
		}
		if err := (&hearing{std: std, transcript: std.out, user: text}).response(ctx, session); err != nil {
			return err
		}
	}
	return unreadable(lines.Err())
}
