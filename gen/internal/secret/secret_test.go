package secret

import (
	"testing"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

func TestNamesThatLookLikeSecrets(t *testing.T) {
	loop := &model.Named{}
	loop.Type = &model.List{Elem: loop}
	for _, tt := range []struct {
		name string
		typ  model.Type
		want bool
	}{
		{"api_key", model.String, true},
		{"X-Api-Key", model.String, true},
		{"clientSecret", &model.Named{Type: model.String}, true},
		{"headers", &model.Map{Elem: model.String}, true},
		{"sdp_offer", model.String, true},
		{"tokens", &model.List{Elem: model.String}, false},
		{"token", model.Int, false},
		{"password", model.Bool, false},
		{"secret", model.Raw, true},
		{"token", &model.Enum{}, false},
		{"token", loop, false},
		{"author", model.String, false},
		{"monkey", model.String, false},
	} {
		if got := Looks(tt.name, tt.typ); got != tt.want {
			t.Errorf("Looks(%s, %s) = %t", tt.name, model.Text(tt.typ), got)
		}
	}
}
