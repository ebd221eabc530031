package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"path"
	"reflect"
	"strings"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/jsonwire"
)

var eventsCommand = command{
	name:  "events",
	args:  "FILE",
	short: "decode, filter and check a stream of events",
	long: `FILE has one JSON object on a line: an event, a line of a cassette, or a line of voicelive simulate -json; - is standard input. Each
event is printed on a line, without credentials and with audio shortened, followed by what this version of the SDK does not
know of it. With -json, the lines are printed as they are.`,
	declare: func(fs *flag.FlagSet) runner {
		var f filter
		fs.StringVar(&f.typ, "type", "*", "only events whose type matches a `pattern`, such as response.*")
		fs.StringVar(&f.from, "from", "", "only events of one `side`: client or service")
		fs.BoolVar(&f.check, "check", false, "print only what is not right, and end with exit code 1 if anything is: lines that are no events, unknown members, values outside of the specification")
		return func(ctx context.Context, std *streams, args []string) error {
			if len(args) != 1 {
				return usagef("events needs one file; - is standard input")
			}
			if _, err := path.Match(f.typ, ""); err != nil {
				return usagef("-type: %w", err)
			}
			if f.from != "" && f.from != "client" && f.from != "service" {
				return usagef("-from must be client or service")
			}
			file, err := openFile(args[0], std)
			if err != nil {
				return err
			}
			defer file.Close()
			name := args[0]
			if name == "-" {
				name = "<stdin>"
			}
			return f.stream(ctx, std, name, file)
		}
	},
}

type filter struct {
	typ, from string
	check     bool
}

// maxLine is how long a line may be.
const maxLine = 256 << 20

func (f *filter) stream(ctx context.Context, std *streams, name string, file io.Reader) error {
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, maxLine)
	var found bool
	for n := 1; lines.Scan(); n++ {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		text := bytes.TrimSpace(lines.Bytes())
		if len(text) == 0 {
			continue
		}
		problems, err := f.line(std, fmt.Sprintf("%s:%d", name, n), text)
		if err != nil {
			return err
		}
		found = found || problems
	}
	if err := lines.Err(); err != nil {
		return unreadable(fmt.Errorf("%s: %w", name, err))
	}
	if found && f.check {
		return errFound
	}
	return nil
}

// wrapped is a line of a cassette or of voicelive simulate -json.
type wrapped struct {
	Cassette int             `json:"cassette"`
	From     string          `json:"from"`
	Msg      string          `json:"msg"`
	At       *int64          `json:"at_ns"`
	Event    json.RawMessage `json:"event"`
}

// line prints one line, and reports whether something is not right with it.
func (f *filter) line(std *streams, place string, text []byte) (problem bool, err error) {
	side, event := "", text
	var w wrapped
	if json.Unmarshal(text, &w) == nil {
		switch {
		case w.Cassette > 0, (w.Msg != "" || w.At != nil) && w.Event == nil: // not an event
			return false, nil
		case w.Msg != "":
			side, event = "client", w.Event
		case w.From != "":
			side, event = w.From, w.Event
		}
	}
	d := decode(side, event)
	if f.from != "" && f.from != d.side {
		return false, nil
	}
	if ok, _ := path.Match(f.typ, d.typ); !ok {
		return false, nil
	}
	if f.check && len(d.problems) == 0 {
		return false, nil
	}
	if std.json && !f.check {
		_, err = fmt.Fprintf(std.out, "%s\n", text)
		return len(d.problems) > 0, err
	}
	if std.json {
		return true, std.printJSON(map[string]any{"place": place, "type": d.typ, "from": d.side, "problems": d.problems})
	}
	arrow := map[string]string{"client": ">", "service": "<"}[d.side]
	if !f.check {
		_, err = fmt.Fprintf(std.out, "%s %s\n", arrow, jsonwire.Redact(event, voicelive.IsSecret))
	}
	for _, p := range d.problems {
		if f.check {
			_, err = fmt.Fprintf(std.out, "%s: %s: %s\n", place, d.typ, p)
		} else {
			_, err = fmt.Fprintf(std.out, "    %s\n", std.color(std.out, 33, p))
		}
	}
	return len(d.problems) > 0, err
}

// decoded is an event and what is not right with it.
type decoded struct {
	side, typ string
	problems  []string
}

// decode decodes an event of a side, or of the side that knows its type.
func decode(side string, text []byte) decoded {
	d := decoded{side: side}
	if side != "service" {
		event, err := voicelive.UnmarshalClientEvent(text)
		_, unknown := event.(*voicelive.UnknownClientEvent)
		if side == "client" || err == nil && !unknown {
			d.side = "client"
			return d.with(event, err, unknown)
		}
	}
	event, err := voicelive.UnmarshalServerEvent(text)
	_, unknown := event.(*voicelive.UnknownServerEvent)
	if side == "" && !unknown && err == nil {
		d.side = "service"
	}
	return d.with(event, err, unknown)
}

func (d decoded) with(event any, err error, unknown bool) decoded {
	switch e := event.(type) {
	case voicelive.ClientEvent:
		d.typ = string(e.EventType())
	case voicelive.ServerEvent:
		d.typ = string(e.EventType())
	}
	switch {
	case err != nil:
		var located *voicelive.DecodeError
		if errors.As(err, &located) {
			err = located
		}
		d.problems = append(d.problems, err.Error())
	case unknown:
		d.problems = append(d.problems, "unknown type of event")
	default:
		d.unknown("", reflect.ValueOf(event))
		if v, ok := event.(interface{ Validate() error }); ok {
			if err := v.Validate(); err != nil {
				d.problems = append(d.problems, err.Error())
			}
		}
	}
	return d
}

var extraType = reflect.TypeFor[jsonwire.Extra]()

// unspecified are members that the service sends in each session, although the specification does not have them.
var unspecified = map[string]bool{"session.object": true, "session.expires_at": true}

// unknown finds what a value has that its Go type does not express: members without a field, and variants of unions.
func (d *decoded) unknown(where string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			d.unknown(where, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			d.unknown(fmt.Sprintf("%s[%d]", where, i), v.Index(i))
		}
	case reflect.Map:
		for key, value := range v.Seq2() {
			d.unknown(fmt.Sprint(where, ".", key), value)
		}
	case reflect.Struct:
		if strings.HasPrefix(v.Type().Name(), "Unknown") {
			d.problems = append(d.problems, strings.TrimPrefix(where, ".")+" has an unknown type")
			return
		}
		for i := range v.NumField() {
			field := v.Type().Field(i)
			switch {
			case field.Type == extraType:
				for name, text := range v.Field(i).Interface().(jsonwire.Extra).All() {
					member := strings.TrimPrefix(where+"."+name, ".")
					if name == "type" || string(text) == "null" || d.side == "service" && unspecified[member] {
						continue
					}
					d.problems = append(d.problems, member+": unknown member, or value that does not fit")
				}
			case field.IsExported():
				name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				d.unknown(where+"."+name, v.Field(i))
			}
		}
	}
}
