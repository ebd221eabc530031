package name

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// at is a location on the given line; the pointer names the thing.
func at(line int, pointer string) diag.Location {
	return diag.Location{File: "spec.json", Line: line, Column: 5, Pointer: pointer}
}

func decl(line int, wire string) model.Decl {
	return model.Decl{Wire: wire, At: at(line, "/definitions/"+diag.Escape(wire))}
}

func field(line int, owner, wire string) *model.Field {
	return &model.Field{Wire: wire, At: at(line, "/definitions/"+owner+"/properties/"+wire)}
}

func object(line int, wire string, fields ...*model.Field) *model.Struct {
	return &model.Struct{Decl: decl(line, wire), Fields: fields}
}

func enum(line int, wire string, values ...string) *model.Enum {
	e := &model.Enum{Decl: decl(line, wire)}
	for i, v := range values {
		e.Values = append(e.Values, &model.Value{Wire: v, At: at(line+i+1, e.At.Pointer+"/enum")})
	}
	return e
}

func union(line int, wire, key string) *model.Union {
	return &model.Union{Decl: decl(line, wire), Key: key}
}

func pin(s *model.Struct, name string) *model.Struct {
	s.Pin = name
	return s
}

func TestCollisions(t *testing.T) {
	for _, tt := range []struct {
		name string
		api  func() *model.API
		want string
	}{{
		"two declarations",
		func() *model.API {
			return &model.API{Structs: []*model.Struct{object(2, "foo_bar"), object(1, "FooBar")}}
		},
		"spec.json:2:5: /definitions/foo_bar: the Go name FooBar of /definitions/foo_bar is also that of /definitions/FooBar (pin one with x-ms-client-name in the overlay)\n",
	}, {
		"three declarations are two collisions",
		func() *model.API {
			return &model.API{
				Enums:   []*model.Enum{enum(3, "foo-bar", "x")},
				Structs: []*model.Struct{object(1, "FooBar")},
				Named:   []*model.Named{{Decl: decl(9, "foo.bar")}},
			}
		},
		"spec.json:3:5: /definitions/foo-bar: the Go name FooBar of /definitions/foo-bar is also that of /definitions/FooBar (pin one with x-ms-client-name in the overlay)\n" +
			"spec.json:9:5: /definitions/foo.bar: the Go name FooBar of /definitions/foo.bar is also that of /definitions/FooBar (pin one with x-ms-client-name in the overlay)\n",
	}, {
		"two values of an enum",
		func() *model.API {
			return &model.API{Enums: []*model.Enum{enum(1, "Size", "x-large", "x_large")}}
		},
		"spec.json:3:5: /definitions/Size/enum: the Go name SizeXLarge of the value \"x_large\" of /definitions/Size/enum is also that of the value \"x-large\" of /definitions/Size/enum (pin one with a name in x-ms-enum.values in the overlay)\n",
	}, {
		"a value and a declaration",
		func() *model.API {
			return &model.API{
				Enums:   []*model.Enum{enum(1, "Size", "large")},
				Structs: []*model.Struct{object(7, "SizeLarge")},
			}
		},
		"spec.json:7:5: /definitions/SizeLarge: the Go name SizeLarge of /definitions/SizeLarge is also that of the value \"large\" of /definitions/Size/enum (pin one with x-ms-client-name in the overlay)\n",
	}, {
		"a known constant and a declaration",
		func() *model.API {
			codec := field(2, "Video", "codec")
			codec.Known = &model.Value{Wire: "h264", At: codec.At}
			return &model.API{Structs: []*model.Struct{object(1, "Video", codec), object(3, "VideoCodecH264")}}
		},
		"spec.json:3:5: /definitions/VideoCodecH264: the Go name VideoCodecH264 of /definitions/VideoCodecH264 is also that of the value \"h264\" of /definitions/Video/properties/codec (pin one with x-ms-client-name in the overlay)\n",
	}, {
		"what a union brings along",
		func() *model.API {
			pet := union(1, "Pet", "kind")
			pet.Null, pet.Root, pet.Receive = true, true, true
			return &model.API{
				Structs: []*model.Struct{object(2, "UnknownPet"), object(3, "unmarshal_pet"), object(4, "NullPet"), object(5, "UnmarshalPetInto")},
				Unions:  []*model.Union{pet},
			}
		},
		"spec.json:2:5: /definitions/UnknownPet: the Go name UnknownPet of /definitions/UnknownPet is also that of the unknown variant of /definitions/Pet (pin one with x-ms-client-name in the overlay)\n" +
			"spec.json:3:5: /definitions/unmarshal_pet: the Go name UnmarshalPet of /definitions/unmarshal_pet is also that of the decoder of /definitions/Pet (pin one with x-ms-client-name in the overlay)\n" +
			"spec.json:4:5: /definitions/NullPet: the Go name NullPet of /definitions/NullPet is also that of the null variant of /definitions/Pet (pin one with x-ms-client-name in the overlay)\n" +
			"spec.json:5:5: /definitions/UnmarshalPetInto: the Go name UnmarshalPetInto of /definitions/UnmarshalPetInto is also that of the borrowing decoder of /definitions/Pet (pin one with x-ms-client-name in the overlay)\n",
	}, {
		"names that the package declares",
		func() *model.API {
			count := field(5, "X", "count")
			count.Nullable = true
			event := union(6, "Event", "type")
			event.Root, event.Send = true, true
			return &model.API{
				Structs: []*model.Struct{object(1, "ApiVersion"), pin(object(2, "x"), "Violation"), object(3, "null_of"), object(4, "X", count), object(7, "raw_message"), object(8, "Value")},
				Unions:  []*model.Union{event},
			}
		},
		"spec.json:1:5: /definitions/ApiVersion: the Go name APIVersion of /definitions/ApiVersion is one that the generated package declares (pin another with x-ms-client-name in the overlay)\n" +
			"spec.json:2:5: /definitions/x: the Go name Violation of /definitions/x is one that the generated package declares (pin another with x-ms-client-name in the overlay)\n" +
			"spec.json:3:5: /definitions/null_of: the Go name NullOf of /definitions/null_of is one that the generated package declares (pin another with x-ms-client-name in the overlay)\n",
	}, {
		"names that other packages declare",
		func() *model.API {
			return &model.API{Structs: []*model.Struct{object(2, "Violation"), object(3, "null_of"), object(4, "nullable"), object(5, "ValidationError")}}
		},
		"",
	}, {
		"two fields",
		func() *model.API {
			return &model.API{Structs: []*model.Struct{object(1, "Foo", field(2, "Foo", "item_id"), field(3, "Foo", "itemId"))}}
		},
		"spec.json:3:5: /definitions/Foo/properties/itemId: the Go name ItemID of /definitions/Foo/properties/itemId is also that of /definitions/Foo/properties/item_id (pin one with x-ms-client-name in the overlay)\n",
	}, {
		"two base fields are reported once for all variants",
		func() *model.API {
			base := union(1, "Base", "kind")
			base.Base = []*model.Field{field(2, "Base", "a_b"), field(3, "Base", "aB")}
			variant := func(line int, wire string) *model.Struct {
				s := object(line, wire, field(2, "Base", "a_b"), field(3, "Base", "aB"))
				s.Unions = []*model.Union{base}
				return s
			}
			return &model.API{Structs: []*model.Struct{variant(4, "One"), variant(5, "Two")}, Unions: []*model.Union{base}}
		},
		"spec.json:3:5: /definitions/Base/properties/aB: the Go name AB of /definitions/Base/properties/aB is also that of /definitions/Base/properties/a_b (pin one with x-ms-client-name in the overlay)\n",
	}, {
		"fields and the members of their struct",
		func() *model.API {
			fields := func(owner string) []*model.Field {
				return []*model.Field{field(2, owner, "extra"), field(3, owner, "validate"), field(4, owner, "append_json")}
			}
			event := union(6, "Event", "type")
			event.Root, event.Send = true, true
			sent := object(5, "Bar", fields("Bar")...)
			sent.Unions = []*model.Union{event}
			return &model.API{Structs: []*model.Struct{object(1, "Foo", fields("Foo")...), sent}, Unions: []*model.Union{event}}
		},
		"spec.json:2:5: /definitions/Bar/properties/extra: the Go name Extra of /definitions/Bar/properties/extra is one that the generated struct declares (pin another with x-ms-client-name in the overlay)\n" +
			"spec.json:2:5: /definitions/Foo/properties/extra: the Go name Extra of /definitions/Foo/properties/extra is one that the generated struct declares (pin another with x-ms-client-name in the overlay)\n" +
			"spec.json:3:5: /definitions/Bar/properties/validate: the Go name Validate of /definitions/Bar/properties/validate is one that the generated struct declares (pin another with x-ms-client-name in the overlay)\n" +
			"spec.json:4:5: /definitions/Bar/properties/append_json: the Go name AppendJSON of /definitions/Bar/properties/append_json is one that the generated struct declares (pin another with x-ms-client-name in the overlay)\n",
	}, {
		"a field and a tag accessor",
		func() *model.API {
			s := object(2, "Foo", field(3, "Foo", "event_type"))
			s.Unions = []*model.Union{union(1, "ServerEvent", "type")}
			return &model.API{Structs: []*model.Struct{s}, Unions: s.Unions}
		},
		"spec.json:3:5: /definitions/Foo/properties/event_type: the Go name EventType of /definitions/Foo/properties/event_type is also that of the tag accessor of /definitions/ServerEvent (pin one with x-ms-client-name in the overlay)\n",
	}, {
		"a field and a getter",
		func() *model.API {
			base := union(5, "Base", "kind")
			base.Base = []*model.Field{field(6, "Base", "id")}
			s := object(1, "Foo", field(2, "Foo", "get_id"), field(6, "Base", "id"))
			s.Unions = []*model.Union{base}
			return &model.API{Structs: []*model.Struct{s}, Unions: s.Unions}
		},
		"spec.json:6:5: /definitions/Base/properties/id: the Go name GetID of the getter of /definitions/Base/properties/id is also that of /definitions/Foo/properties/get_id (pin one with x-ms-client-name in the overlay)\n",
	}, {
		"one accessor for two keys",
		func() *model.API {
			a, b := union(1, "ChatItem", "type"), union(2, "NoteItem", "@type")
			s := object(3, "Foo")
			s.Unions = []*model.Union{a, b}
			return &model.API{Structs: []*model.Struct{s}, Unions: s.Unions}
		},
		"spec.json:2:5: /definitions/NoteItem: the Go name ItemType of the tag accessor of /definitions/NoteItem is also that of the tag accessor of /definitions/ChatItem (pin one with x-ms-client-name in the overlay)\n",
	}, {
		"one accessor for one key of two types",
		func() *model.API {
			a, b := union(1, "ChatItem", "type"), union(2, "NoteItem", "type")
			a.KeyEnum = enum(4, "ItemKind", "x")
			b.Parents = []*model.Union{a}
			return &model.API{Enums: []*model.Enum{a.KeyEnum}, Unions: []*model.Union{a, b}}
		},
		"spec.json:2:5: /definitions/NoteItem: the Go name ItemType of the tag accessor of /definitions/NoteItem is also that of the tag accessor of /definitions/ChatItem (pin one with x-ms-client-name in the overlay)\n",
	}, {
		"a pin that is no identifier",
		func() *model.API {
			f := field(2, "x", "id")
			f.Pin = "9lives"
			return &model.API{Structs: []*model.Struct{pin(object(1, "x", f), "not-go")}}
		},
		"spec.json:1:5: /definitions/x: the pinned name \"not-go\" is not a Go identifier (pin letters, digits and underscores only, a capital first)\n" +
			"spec.json:2:5: /definitions/x/properties/id: the pinned name \"9lives\" is not a Go identifier (pin letters, digits and underscores only, a capital first)\n",
	}} {
		t.Run(tt.name, func(t *testing.T) {
			var diags diag.List
			Assign(tt.api(), &diags)
			if d := cmp.Diff(tt.want, diags.String()); d != "" {
				t.Errorf("diagnostics (-want +got):\n%s", d)
			}
		})
	}
}

func TestAssignNamesEverything(t *testing.T) {
	// Declared by one struct and inherited by the other.
	codec := func() *model.Field {
		return &model.Field{Wire: "codec", Known: &model.Value{Wire: "h264", At: diag.Location{Pointer: "/definitions/video.options/properties/codec/enum/0"}}}
	}
	id := func() *model.Field { return &model.Field{Wire: "event_id"} }
	event := union(1, "ServerEvent", "type")
	event.KeyEnum = enum(2, "ServerEventType", "rtc.call.error")
	event.Base = []*model.Field{id()}
	item := union(3, "MessageItem", "role")
	item.Parents = []*model.Union{event}
	tag := &model.Field{Wire: "type", Const: "rtc.call.error", Tag: true}
	one := object(4, "VideoParams", tag, id(), codec())
	one.Unions = []*model.Union{item, event}
	two := pin(object(5, "video.options", codec(), &model.Field{Wire: "x", Pin: "iceURL"}), "VideoOptions_2")
	api := &model.API{
		Enums: []*model.Enum{event.KeyEnum}, Structs: []*model.Struct{one, two},
		Unions: []*model.Union{item, event}, Named: []*model.Named{{Decl: decl(6, "json-schema")}},
	}

	var diags diag.List
	Assign(api, &diags)
	if got := diags.String(); got != "" {
		t.Errorf("unexpected diagnostics:\n%s", got)
	}

	got := []string{
		event.KeyEnum.Name, event.KeyEnum.Values[0].Name, event.Name, event.Base[0].Name, item.Name,
		one.Name, tag.Name, one.Fields[1].Name, one.Fields[2].Name, one.Fields[2].Known.Name,
		two.Name, two.Fields[0].Known.Name, two.Fields[1].Name, api.Named[0].Name,
		TagMethod(event), TagMethod(item), Getter(event.Base[0]),
	}
	want := []string{
		"ServerEventType", "ServerEventTypeRTCCallError", "ServerEvent", "EventID", "MessageItem",
		"VideoParams", "", "EventID", "Codec", "VideoOptions_2CodecH264",
		"VideoOptions_2", "VideoOptions_2CodecH264", "ICEURL", "JSONSchema",
		"EventType", "ItemRole", "GetEventID",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("names (-want +got):\n%s", d)
	}
}

func TestTagMethod(t *testing.T) {
	for _, tt := range []struct{ union, key, want string }{
		{"ServerEvent", "type", "EventType"},
		{"MessageItem", "role", "ItemRole"},
		{"TurnDetection", "type", "DetectionType"},
		{"Tool", "type", "ToolType"},
		{"EOUDetection", "model", "DetectionModel"},
		{"AzureMCP", "type", "MCPType"},
		{"Skill", "@odata.type", "SkillODataType"},
		{"Event_2", "type", "X2Type"},
		{"ShapeBase", "@type", "ShapeType"},
		{"ToolChoiceObject", "type", "ChoiceType"},
		{"Base", "@type", "BaseType"},
	} {
		if got := TagMethod(&model.Union{Decl: model.Decl{Name: tt.union}, Key: tt.key}); got != tt.want {
			t.Errorf("TagMethod(%s, %s) = %s, want %s", tt.union, tt.key, got, tt.want)
		}
	}
}

func TestCollisionsDoNotDependOnOrder(t *testing.T) {
	texts := func(reverse bool) string {
		structs := []*model.Struct{object(3, "a_b"), object(1, "aB"), object(2, "AB"), object(4, "a.b")}
		if reverse {
			slices.Reverse(structs)
		}
		var diags diag.List
		Assign(&model.API{Structs: structs}, &diags)
		return diags.String()
	}
	if d := cmp.Diff(texts(false), texts(true)); d != "" {
		t.Errorf("diagnostics depend on the order of the model:\n%s", d)
	}
}
