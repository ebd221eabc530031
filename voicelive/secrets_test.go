package voicelive

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"reflect"
	"strings"
	"testing"
)

// secretValues hold a canary in every secret of every type that has secrets.
func secretValues() []any {
	session := secretSession()
	unknown := []byte(`{"type":"t","token":"` + canary + `raw","authorization":"` + canary + `a","x":{"Api-Key":["` + canary + `k"]}}`)
	shown := ResponseSession{Tools: session.Tools}
	shown.Extra.Set("client_secret", json.RawMessage(`{"value":"`+canary+`extra"}`))
	values := []any{
		session, session.Tools[0], &shown,
		&ClientEventSessionUpdate{Session: *session},
		&ClientEventResponseCreate{Response: &ResponseCreateParams{Tools: session.Tools}},
		&ResponseCreateParams{Tools: session.Tools},
		&ServerEventSessionCreated{Session: shown}, &ServerEventSessionUpdated{Session: shown},
		&UnknownServerEvent{Raw: unknown}, &UnknownClientEvent{Raw: unknown}, &UnknownTool{Raw: unknown},
	}
	for _, f := range secretFeatures {
		values = append(values, f.values(session)...)
	}
	return values
}

// TestSecretsAreNotPrinted prints values and pointers, alone and in containers,
// with every verb, and logs them.
func TestSecretsAreNotPrinted(t *testing.T) {
	inHex := hex.EncodeToString([]byte(canary))
	check := func(how string, v any, text string) {
		if plain := strings.ToLower(text); strings.Contains(text, canary) || strings.Contains(plain, inHex) {
			t.Errorf("%s of %T prints %s", how, v, text)
		}
	}
	for _, pointer := range secretValues() {
		value := reflect.ValueOf(pointer).Elem().Interface()
		text, err := json.Marshal(pointer)
		if err != nil || !strings.Contains(string(text), canary) {
			t.Fatalf("%T has no secret: %s, %v", pointer, text, err)
		}
		for _, one := range []any{pointer, value} {
			for _, v := range []any{one, []any{one}, map[string]any{"k": one}, struct{ V any }{one}, &struct{ V []any }{[]any{one}}} {
				for _, verb := range "vsqxXdbotceEfgGUp" {
					if verb == 'p' && reflect.TypeOf(v).Kind() != reflect.Pointer {
						continue
					}
					for _, flags := range []string{"", "+", "#", " ", "-20.3", "0"} {
						check("%"+flags+string(verb), v, fmt.Sprintf("%"+flags+string(verb), v))
					}
				}
				check("Sprintln", v, fmt.Sprintln(v))
			}
			var out bytes.Buffer
			slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "v", one)
			slog.New(slog.NewTextHandler(&out, nil)).Info("m", "v", one)
			check("slog", one, out.String())
		}
		if s := fmt.Sprint(pointer); !strings.Contains(s, "REDACTED") {
			t.Errorf("%T prints %s", pointer, s)
		}
	}
}

// TestEveryTypeWithAPrinterIsTested keeps secretValues complete.
func TestEveryTypeWithAPrinterIsTested(t *testing.T) {
	tested := map[string]bool{}
	for _, v := range secretValues() {
		tested[reflect.TypeOf(v).Elem().Name()] = true
	}
	for name := range printers(t) {
		if !tested[name] {
			t.Errorf("%s holds secrets, and secretValues has none of them", name)
		}
	}
}

// printers are the types with a generated method Format.
func printers(t *testing.T) map[string]bool {
	file, err := parser.ParseFile(token.NewFileSet(), "secrets.gen.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil && f.Name.Name == "Format" {
			names[f.Recv.List[0].Type.(*ast.Ident).Name] = true
		}
	}
	return names
}
