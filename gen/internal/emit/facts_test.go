package emit

import (
	"testing"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// TestFactsDoNotRepeatTheProse has what descriptions say in their own words.
func TestFactsDoNotRepeatTheProse(t *testing.T) {
	count := func(n int64) *int64 { return &n }
	unit := model.Bounds{Minimum: new(0.0), Maximum: new(1.0)}
	for _, tt := range []struct {
		field model.Field
		want  string
	}{
		{model.Field{Doc: "Audio format. Default is 'pcm16'.", Default: `"pcm16"`}, ""},
		{model.Field{Doc: "Audio format.", Default: `"pcm16"`}, `The service's default is "pcm16".`},
		{model.Field{Doc: "Default is 'pcm16'. Also mp3.", Default: `"mp3"`}, `The service's default is "mp3".`},
		{model.Field{Doc: "Wait. Default is 2000ms.", Default: "2000"}, ""},
		{model.Field{Doc: "- `server`: the loopback (default).\n- `client`: the channel.", Default: `"server"`}, ""},
		{model.Field{Doc: "Whether to stop. Defaults to true.", Default: "true"}, ""},
		{model.Field{Doc: "Must be between 0.0 and 1.0.", Bounds: unit}, ""},
		{model.Field{Doc: "Range: 0.0 to 1.0.", Bounds: unit}, ""},
		{model.Field{Doc: "Between 0 and 10. Usually 1.", Bounds: unit}, "From 0 to 1."},
		{model.Field{Doc: "Name cannot be empty.", Bounds: model.Bounds{MinLength: count(1)}}, ""},
		{model.Field{Doc: "A name.", Bounds: model.Bounds{MinLength: count(1)}}, "At least 1 character."},
		{model.Field{Doc: "A name.", Bounds: model.Bounds{MinLength: count(1), MaxLength: count(64)}}, "From 1 to 64 characters."},
		{model.Field{Doc: "A corner.", Bounds: model.Bounds{MinItems: count(2), MaxItems: count(2)}}, "Exactly 2 elements."},
		{model.Field{Doc: "The URL of a page.", Format: "uri"}, ""},
		{model.Field{Doc: "A page.", Format: "uri"}, "Format: uri."},
		{model.Field{Doc: "Read-only identifier.", ReadOnly: true}, ""},
		{model.Field{Doc: "Null switches it off.", Nullable: true, Type: model.Int}, ""},
	} {
		if got := fieldFacts(&tt.field); got != tt.want {
			t.Errorf("%s\n got %q\nwant %q", tt.field.Doc, got, tt.want)
		}
	}
}
