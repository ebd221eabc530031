package voicelive_test

import (
	"reflect"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

func init() {
	unions[reflect.TypeFor[voicelive.InterimResponseConfig]()] = union{"type", tags(voicelive.InterimResponseConfigType("").Values()), nil, decoder(voicelive.UnmarshalInterimResponseConfig)}
}
