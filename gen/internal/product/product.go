// Package product gives tests the documents of this repository.
package product

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/go-voicelive/voicelive-go/gen/internal/output"
	"github.com/go-voicelive/voicelive-go/gen/internal/pipeline"
)

// Input is the input that make generate uses.
func Input(t testing.TB) pipeline.Input {
	t.Helper()
	overlay := Read(t, "spec/overlay.yaml")
	return pipeline.Input{Spec: Read(t, "spec/voicelive.json"), Overlay: &overlay, Package: "voicelive", Documented: true, Strict: true}
}

// Read reads a file of the repository by its path from the root.
func Read(t testing.TB, path string) pipeline.Source {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(Root(t), path))
	if err != nil {
		t.Fatal(err)
	}
	return pipeline.Source{Name: path, Data: data}
}

// Root is the folder of the repository.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("no folder above has a go.mod")
		}
		dir = filepath.Dir(dir)
	}
}

// Texts are files by name.
func Texts(files []output.File) map[string]string {
	m := map[string]string{}
	for _, f := range files {
		m[f.Name] = string(f.Data)
	}
	return m
}

// Shuffled is a document with its definitions in another order.
func Shuffled(t testing.TB, data []byte, seed uint64) []byte {
	t.Helper()
	var doc, definitions map[string]json.RawMessage
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(doc["definitions"], &definitions); err != nil {
		t.Fatal(err)
	}
	names := slices.Sorted(maps.Keys(definitions))
	rand.New(rand.NewPCG(seed, 1)).Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	var b bytes.Buffer
	b.WriteString(`{"swagger":"2.0","info":` + string(doc["info"]) + `,"definitions":{`)
	for i, name := range names {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(name)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(definitions[name])
	}
	b.WriteString(`}}`)
	return b.Bytes()
}
