package emit

import (
	"fmt"
	"strings"

	"github.com/dave/jennifer/jen"
)

// The words of the emitters: what writes a method looks like the method. A value
// that has a method is called e.

// doc writes a comment, one line for each line of text.
func doc(f *jen.File, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	f.Comment("// " + strings.ReplaceAll(text, "\n", "\n// "))
}

// on is the receiver (e T).
func on(t string) *jen.Statement { return jen.Params(jen.Id("e").Id(t)) }

// onPtr is the receiver (e *T).
func onPtr(t string) *jen.Statement { return jen.Params(jen.Id("e").Op("*").Id(t)) }

// of is the receiver (T) of a method that does not look at the value.
func of(t string) *jen.Statement { return jen.Params(jen.Id(t)) }

// ofPtr is the receiver (*T).
func ofPtr(t string) *jen.Statement { return jen.Params(jen.Op("*").Id(t)) }

// method begins a method: results and body follow.
func method(f *jen.File, recv jen.Code, name string, params ...jen.Code) *jen.Statement {
	return f.Func().Add(recv).Id(name).Params(params...)
}

// function begins a function: results and body follow.
func function(f *jen.File, name string, params ...jen.Code) *jen.Statement {
	return f.Func().Id(name).Params(params...)
}

// oneLine is a body that stays on the line of its function, if gofmt finds it
// short enough.
func oneLine(code ...jen.Code) *jen.Statement {
	return jen.Custom(jen.Options{Open: "{", Close: "}", Separator: "; "}, code...)
}

// returns is a body of one line that returns values.
func returns(values ...jen.Code) *jen.Statement { return oneLine(jen.Return(values...)) }

// call calls a function of the generated package.
func call(name string, args ...jen.Code) *jen.Statement { return jen.Id(name).Call(args...) }

// self is a field of e.
func self(field string) *jen.Statement { return jen.Id("e").Dot(field) }

// addr is the address of a value.
func addr(v jen.Code) *jen.Statement { return jen.Op("&").Add(v) }

// param is a parameter or a named result.
func param(name string, typ jen.Code) *jen.Statement { return jen.Id(name).Add(typ) }

func byteSlice() *jen.Statement { return jen.Index().Byte() }

// bytesAndError are the results of what encodes.
func bytesAndError() *jen.Statement { return jen.Params(byteSlice(), jen.Error()) }
