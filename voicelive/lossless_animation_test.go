package voicelive_test

import (
	"reflect"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

func init() {
	unions[reflect.TypeFor[voicelive.BlendshapeFrames]()] = union{"", nil, []string{`"AAAA"`, `[[0.5,1],[0,0.25]]`, `[]`}, decoder(voicelive.UnmarshalBlendshapeFrames)}
}
