//go:build !device

package main

import "context"

// talk refuses: this build has no sound, which needs a C compiler.
func talk(context.Context, *streams, *service) error {
	return usagef("this voicelive was built without sound; install it with a C compiler and go install -tags device")
}
