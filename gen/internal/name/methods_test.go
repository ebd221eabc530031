package name

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

func TestMethodsThatCannotBeNamed(t *testing.T) {
	sent := func(sender *model.Sender, tags ...string) *model.API {
		api := &model.API{}
		u := union(1, "Command", "type")
		u.Sender = sender
		u.Sender.At = at(2, "/definitions/Command/x-vlgen-sender")
		for i, tag := range tags {
			event := object(10+i, "E"+string(rune('A'+i)))
			api.Structs = append(api.Structs, event)
			u.Variants = append(u.Variants, &model.Variant{Tag: tag, Type: event})
		}
		api.Unions = []*model.Union{u}
		return api
	}
	for name, tt := range map[string]struct {
		api  *model.API
		want string
	}{
		"two tags with the same words": {
			sent(&model.Sender{Type: "Robot"}, "left_arm.move", "left.arm.move"),
			`spec.json:2:5: /definitions/Command/x-vlgen-sender: the Go name MoveLeftArm of the method that sends "left.arm.move" of /definitions/Command/x-vlgen-sender is also that of the method that sends "left_arm.move" of /definitions/Command/x-vlgen-sender (pin one in names of x-vlgen-sender in the overlay)` + "\n",
		},
		"one pin is enough": {
			sent(&model.Sender{Type: "Robot", Pins: map[string]string{"left.arm.move": "Move"}}, "left_arm.move", "left.arm.move"), "",
		},
		"the method that all others call": {
			sent(&model.Sender{Type: "Robot"}, "send"),
			`spec.json:2:5: /definitions/Command/x-vlgen-sender: the Go name Send of the method that sends "send" of /definitions/Command/x-vlgen-sender is one that the generated sender declares (pin another with x-ms-client-name in the overlay)` + "\n",
		},
		"a sender that is no identifier": {
			sent(&model.Sender{Type: "robot"}, "move"),
			`spec.json:2:5: /definitions/Command/x-vlgen-sender: the sender "robot" is not an exported Go identifier (write letters, digits and underscores only, a capital first)` + "\n",
		},
		"a sender called like a type": {
			sent(&model.Sender{Type: "Ea"}, "move"),
			`spec.json:10:5: /definitions/EA: the Go name Ea of /definitions/EA is also that of the sender of /definitions/Command/x-vlgen-sender (pin one with x-ms-client-name in the overlay)` + "\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var diags diag.List
			Assign(tt.api, &diags)
			if d := cmp.Diff(tt.want, diags.String()); d != "" {
				t.Errorf("diagnostics (-want +got):\n%s", d)
			}
		})
	}
}
