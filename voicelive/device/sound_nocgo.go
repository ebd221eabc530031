//go:build !cgo

package device

import "errors"

var errNoCgo = errors.New("the program was built without cgo, which needs a C compiler and CGO_ENABLED=1")

func list(bool) (microphones, speakers []Info, err error) { return nil, nil, errNoCgo }

func start(*Options, int, func([]byte), func([]byte), func()) (func(), error) { return nil, errNoCgo }
