package resolve

import (
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// markDirections tells which way the values of each declaration travel: the
// way of a union that states one and leads here. What no such union leads to
// may go both ways.
func (c *content) markDirections(api *model.API) {
	for _, d := range c.all {
		n := d.keyword(extDirection)
		if n == nil {
			continue
		}
		at := d.below(nil, n, extDirection)
		u, ok := d.decl.(*model.Union)
		switch {
		case !ok:
			c.errorf(at, "state it on a union", "%s on something that is not a union", extDirection)
		case n.Value == "send":
			reach(u, func(d *model.Decl) *bool { return &d.Send })
		case n.Value == "receive":
			reach(u, func(d *model.Decl) *bool { return &d.Receive })
		default:
			c.errorf(at, "write send or receive", "%s is neither send nor receive", extDirection)
		}
	}
	for _, t := range api.Types() {
		if d := model.DeclOf(t); !d.Send && !d.Receive {
			d.Send, d.Receive = true, true
		}
	}
}

// reach sets a direction on all declarations that a type leads to.
func reach(t model.Type, direction func(*model.Decl) *bool) {
	if d := model.DeclOf(t); d != nil {
		set := direction(d)
		if *set {
			return
		}
		*set = true
	}
	for _, to := range model.Uses(t) {
		reach(to, direction)
	}
}
