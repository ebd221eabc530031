package main

import "github.com/go-voicelive/voicelive-go/voicelive"

// oursDecode is "ours" (owned) and, for audio deltas, "ours_borrowed".
func oursDecode(input []byte) []Contender {
	all := []Contender{owned("ours", input)}
	if event, err := voicelive.UnmarshalServerEvent(input); err == nil {
		if _, ok := event.(*voicelive.ServerEventResponseAudioDelta); ok {
			all = append(all, borrowed("ours_borrowed", input))
		}
	}
	return all
}

// oursTypeLast is "ours_type_last" and "ours_borrowed_type_last".
func oursTypeLast(input []byte) []Contender {
	return []Contender{owned("ours_type_last", input), borrowed("ours_borrowed_type_last", input)}
}

// owned decodes into new memory, which belongs to the caller.
func owned(name string, input []byte) Contender {
	var event voicelive.ServerEvent
	return Contender{
		Name: name,
		Func: func() (err error) {
			event, err = voicelive.UnmarshalServerEvent(input)
			return err
		},
		Result: func() any { return oursFacts(event) },
	}
}

// borrowed decodes into the memory of the event before.
func borrowed(name string, input []byte) Contender {
	var event voicelive.ServerEvent = new(voicelive.ServerEventResponseAudioDelta)
	return Contender{
		Name: name,
		Func: func() (err error) {
			event, err = voicelive.UnmarshalServerEventInto(input, event)
			return err
		},
		Result: func() any { return oursFacts(event) },
	}
}

// oursEncode is "ours", into a buffer that is reused.
func oursEncode(input []byte) []Contender {
	event, err := voicelive.UnmarshalClientEvent(input)
	if err != nil {
		panic(err)
	}
	var out []byte
	return []Contender{{
		Name: "ours",
		Func: func() (err error) {
			out, err = event.AppendJSON(out[:0])
			return err
		},
		Result: func() any { return out },
	}}
}

func oursFacts(event voicelive.ServerEvent) Facts {
	f := Facts{EventID: event.GetEventID()}
	switch e := event.(type) {
	case *voicelive.ServerEventResponseAudioDelta:
		f.Audio, f.Numbers = e.Delta, []float64{float64(e.ContentIndex)}
	case *voicelive.ServerEventResponseAudioTranscriptDelta:
		f.Text, f.Numbers = []string{e.Delta}, []float64{float64(e.ContentIndex)}
	case *voicelive.ServerEventSessionUpdated:
		f.Text = []string{*e.Session.Instructions}
		for _, t := range e.Session.Tools {
			if t, ok := t.(*voicelive.FunctionTool); ok {
				f.Text = append(f.Text, t.Name)
			}
		}
	case *voicelive.ServerEventResponseDone:
		for _, i := range e.Response.Output {
			f.oursItem(i)
		}
		f.Numbers = []float64{float64(e.Response.Usage.TotalTokens)}
	case *voicelive.ServerEventConversationItemCreated:
		f.oursItem(e.Item)
	}
	return f
}

func (f *Facts) oursItem(item voicelive.ResponseItem) {
	f.Text = append(f.Text, item.GetID())
	switch i := item.(type) {
	case *voicelive.ResponseFunctionCallItem:
		f.Text = append(f.Text, i.Arguments)
	case *voicelive.ResponseMessageItem:
		for _, p := range i.Content {
			switch p := p.(type) {
			case *voicelive.ResponseTextContentPart:
				f.Text = append(f.Text, *p.Text)
			case *voicelive.RequestTextContentPart:
				f.Text = append(f.Text, *p.Text)
			case *voicelive.ResponseAudioContentPart:
				f.Text = append(f.Text, *p.Transcript)
			case *voicelive.RequestAudioContentPart:
				f.Text = append(f.Text, *p.Transcript)
			}
		}
	}
}
