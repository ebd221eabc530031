package jsonwire

import (
	"encoding/json"
	"time"
)

// thing is what generated code looks like, with one field of each form.
type thing struct {
	ID     string
	Count  int
	Big    int64
	Ratio  float64
	On     bool
	Audio  []byte
	At     time.Time
	Since  time.Time
	Kind   kind
	Inner  inner
	Note   *string
	Limit  *int
	Long   *int64
	Score  *float64
	Flag   *bool
	When   *time.Time
	Epoch  *time.Time
	Color  kind
	Blob   []byte
	Any    json.RawMessage
	List   []string
	Deep   [][]float64
	Labels map[string]string
	Ptr    *inner
	Maybe  Nullable[inner]
	Link   *string
	Items  []inner
	Extra  Extra
}

type kind string

type inner struct {
	Name  string
	Extra Extra
}

func (e *inner) decode(r *Reader) {
	o := r.Object(&e.Extra, 1, "name")
	for key := o.Next(); key != nil; key = o.Next() {
		switch string(key) {
		case "name":
			o.String(0, &e.Name)
		}
	}
}

func (e *inner) encode(w *Writer) {
	o := w.Object(e.Extra)
	o.String("name", e.Name)
	o.Close()
}

func (e inner) MarshalJSON() ([]byte, error) { return Marshal(&e, (*inner).encode) }
func (e *inner) UnmarshalJSON(data []byte) error {
	*e = inner{}
	return Unmarshal(data, e, (*inner).decode)
}

func (e *thing) decode(r *Reader) {
	o := r.Tagged(&e.Extra, "type", "thing", 1, 11, "type,id,count,big,ratio,on,audio,at,since,kind,inner")
	for key := o.Next(); key != nil; key = o.Next() {
		switch string(key) {
		case "id":
			o.String(1, &e.ID)
		case "count":
			o.Int(2, &e.Count)
		case "big":
			o.Int64(3, &e.Big)
		case "ratio":
			o.Float(4, &e.Ratio)
		case "on":
			o.Bool(5, &e.On)
		case "audio":
			o.Bytes(6, &e.Audio)
		case "at":
			o.Time(7, &e.At)
		case "since":
			o.UnixTime(8, &e.Since)
		case "kind":
			o.Enum(9, (*string)(&e.Kind))
		case "inner":
			Read(o, 10, &e.Inner, (*inner).decode)
		case "note":
			o.OptString(11, &e.Note)
		case "limit":
			o.OptInt(12, &e.Limit)
		case "long":
			o.OptInt64(13, &e.Long)
		case "score":
			o.OptFloat(14, &e.Score)
		case "flag":
			o.OptBool(15, &e.Flag)
		case "when":
			o.OptTime(16, &e.When)
		case "epoch":
			o.OptUnixTime(17, &e.Epoch)
		case "color":
			o.Enum(18, (*string)(&e.Color))
		case "blob":
			o.Bytes(19, &e.Blob)
		case "any":
			o.Raw(20, &e.Any)
		case "list":
			ReadList(o, 21, &e.List, String)
		case "deep":
			ReadList(o, 22, &e.Deep, func(v *[]float64, r *Reader) { List(v, r, Float) })
		case "labels":
			ReadMap(o, 23, &e.Labels, String)
		case "ptr":
			ReadPointer(o, 24, &e.Ptr, (*inner).decode)
		case "maybe":
			ReadNullable(o, 25, &e.Maybe, (*inner).decode)
		case "link":
			o.Aliased(26, &e.Link, "url")
		case "url":
			o.Alias(26, &e.Link)
		case "items":
			ReadList(o, 27, &e.Items, (*inner).decode)
		}
	}
}

func (e *thing) encode(w *Writer) {
	o := w.Tagged(e.Extra, "type", "thing")
	o.String("id", e.ID)
	o.Int("count", e.Count)
	o.Int64("big", e.Big)
	o.Float("ratio", e.Ratio)
	o.Bool("on", e.On)
	o.Bytes("audio", e.Audio)
	o.Time("at", e.At)
	o.UnixTime("since", e.Since)
	o.Enum("kind", string(e.Kind))
	Write(o, "inner", &e.Inner, (*inner).encode)
	o.OptString("note", e.Note)
	o.OptInt("limit", e.Limit)
	o.OptInt64("long", e.Long)
	o.OptFloat("score", e.Score)
	o.OptBool("flag", e.Flag)
	o.OptTime("when", e.When)
	o.OptUnixTime("epoch", e.Epoch)
	o.OptEnum("color", string(e.Color))
	o.OptBytes("blob", e.Blob)
	WriteOptRaw(o, "any", e.Any)
	WriteOptList(o, "list", e.List, PutString)
	WriteOptList(o, "deep", e.Deep, func(v *[]float64, w *Writer) { PutList(v, w, PutFloat) })
	WriteOptMap(o, "labels", e.Labels, PutString)
	WritePointer(o, "ptr", e.Ptr, (*inner).encode)
	WriteNullable(o, "maybe", e.Maybe, (*inner).encode)
	o.Alias("link", e.Link, "url")
	WriteOptList(o, "items", e.Items, (*inner).encode)
	o.Close()
}

func decodeThing(data string) (*thing, error) {
	e := new(thing)
	return e, unmarshalInto(e, []byte(data), "thing", (*thing).decode)
}

func (e *thing) json() (string, error) {
	data, err := Append(nil, e, (*thing).encode)
	return string(data), err
}
