//go:build !race && unix

package gen_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/gen"
)

type obj = map[string]any

// growing are documents of a size: what has sixteen times the text may take some
// sixteen times the processor time, and not 256 times. The bound is far from both, since
// collecting garbage and caches have their part in it.
var growing = map[string]struct {
	size        int
	run         func(gen.Input) (gen.Result, error)
	definitions func(n int) obj
}{
	"enum values": {9_000, gen.Dump, func(n int) obj {
		var values []string
		for i := range n {
			values = append(values, fmt.Sprint("v", i))
		}
		return obj{"E": obj{"type": "string", "enum": values}}
	}},
	"lines of a description": {50_000, gen.Generate, func(n int) obj {
		return obj{"A": obj{"type": "object", "description": strings.Repeat("a\n", n)}}
	}},
	"paragraphs of a description": {20_000, gen.Generate, func(n int) obj {
		return obj{"A": obj{"type": "object", "description": strings.Repeat("a\n\n", n)}}
	}},
	"properties": {5_000, gen.Dump, func(n int) obj {
		properties := obj{}
		for i := range n {
			properties[fmt.Sprint("p", i)] = obj{"type": "string"}
		}
		return obj{"A": obj{"type": "object", "properties": properties}}
	}},
	"definitions": {200, gen.Generate, func(n int) obj {
		all := obj{}
		for i := range n {
			all[fmt.Sprint("A", i)] = obj{"type": "object", "properties": obj{"x": obj{"type": "string"}}}
		}
		return all
	}},
	"variants": {200, gen.Generate, func(n int) obj {
		all := obj{"A": obj{"type": "object", "discriminator": "type", "x-vlgen-direction": "send", "properties": obj{"type": obj{"type": "string"}}}}
		for i := range n {
			all[fmt.Sprint("V", i)] = obj{"allOf": []any{obj{"$ref": "#/definitions/A"}}, "x-ms-discriminator-value": fmt.Sprint("v", i)}
		}
		return all
	}},
	"lists of lists": {900, gen.Dump, func(n int) obj {
		all := obj{fmt.Sprint("A", n): obj{"type": "array", "items": obj{"type": "string"}}}
		for i := range n {
			all[fmt.Sprint("A", i)] = obj{"type": "array", "items": obj{"$ref": fmt.Sprint("#/definitions/A", i+1)}}
		}
		return all
	}},
}

func TestTimeGrowsWithTheDocument(t *testing.T) {
	for name, g := range growing {
		t.Run(name, func(t *testing.T) {
			small, large := quickest(t, 5, g.run, g.definitions(g.size/4)), quickest(t, 1, g.run, g.definitions(4*g.size))
			if large > 100*small {
				large = quickest(t, 2, g.run, g.definitions(4*g.size)) // once may be by chance
			}
			t.Logf("%v and %v: %.1f times", small, large, float64(large)/float64(small))
			if large > 100*small {
				t.Errorf("sixteen times the size takes %v, and not %v", large, small)
			}
		})
	}
}

// quickest is the least processor time of some runs.
func quickest(t *testing.T, runs int, run func(gen.Input) (gen.Result, error), definitions obj) time.Duration {
	t.Helper()
	data, err := json.Marshal(obj{"swagger": "2.0", "info": obj{"title": "T", "version": "1"}, "paths": obj{}, "definitions": definitions})
	if err != nil {
		t.Fatal(err)
	}
	least := time.Hour
	for range runs {
		start := processorTime(t)
		if _, err := run(gen.Input{Spec: gen.Source{Name: "spec.json", Data: data}, Package: "api"}); err != nil {
			t.Fatalf("%.300v", err)
		}
		least = min(least, processorTime(t)-start)
	}
	return least
}

// processorTime is what the process has used; other processes do not count.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
