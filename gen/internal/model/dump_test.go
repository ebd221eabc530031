package model_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// The goldens of package resolve show everything else; names come later.
func TestDumpShowsGoNamesAndPins(t *testing.T) {
	color := &model.Enum{
		Decl:   model.Decl{Wire: "color", Name: "Colour", Pin: "Colour", Send: true},
		Values: []*model.Value{{Wire: "dark blue", Name: "ColourDarkBlue"}},
	}
	thing := &model.Struct{
		Decl: model.Decl{Wire: "thing", Name: "Thing", Receive: true},
		Fields: []*model.Field{
			{Wire: "c", Name: "C", Type: color, Required: true},
			{Wire: "codec", Name: "Codec", Type: model.String, Known: &model.Value{Wire: "h264", Name: "ThingCodecH264"}},
		},
	}
	api := &model.API{Title: "My API", Version: "1", Enums: []*model.Enum{color}, Structs: []*model.Struct{thing}}
	want := `api "My API" 1

enum color (Colour) pin Colour send
	"dark blue" (ColourDarkBlue)

struct thing (Thing) receive
	c (C) color required
	codec (Codec) string optional known "h264" (ThingCodecH264)
`
	if diff := cmp.Diff(want, api.Dump()); diff != "" {
		t.Errorf("got is +\n%s", diff)
	}
}
