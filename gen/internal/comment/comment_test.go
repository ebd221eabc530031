package comment

import (
	"encoding/json"
	"go/ast"
	"go/build/constraint"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDoc(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"blank", " \n\t\n", ""},
		{"one paragraph", "The id.", "// The id."},
		{"a final period", "Video avatar", "// Video avatar."},
		{"a period behind a bracket", "Detection (default)", "// Detection (default)."},
		{"a period before a quote", `Set this to "text."`, `// Set this to "text."`},
		{"reflows at 40 columns",
			"One two three\nfour five six seven eight nine ten eleven.\n\nTwelve.",
			"// One two three four five six seven\n// eight nine ten eleven.\n//\n// Twelve."},
		{"counts characters, not bytes", "öööööööööö öööööööööö öööööööööööööö öö", "// öööööööööö öööööööööö öööööööööööööö\n// öö."},
		{"a long word", "See https://example.com/a/very/long/path/indeed for more", "// See\n// https://example.com/a/very/long/path/indeed\n// for more."},
		{"a blank line inside a sentence", "its SDP (protocol)\n\nfor media", "// its SDP (protocol) for media."},

		{"a list", "Values:\n- `a`: first\n- `b`: second",
			"// Values:\n//   - `a`: first\n//   - `b`: second"},
		{"a list without a colon", "Values\n* a\n* b", "// Values:\n//   - a\n//   - b"},
		{"items go on in the next line", "Either:\n- one that is long and\ngoes on\n- two\n  indented",
			"// Either:\n//   - one that is long and goes on\n//   - two indented"},
		{"text after a list", "Either:\n- one.\nThen this.", "// Either:\n//   - one.\n//\n// Then this."},
		{"blank lines between items", "Either:\n\n- one\n\n- two\n\n  more", "// Either:\n//   - one\n//   - two more"},
		{"numbers", "Steps:\n1. one\n2) two", "// Steps:\n//  1. one\n//  2. two"},
		{"a list in a list", "Steps:\n1. one\n   - a\n2. two", "// Steps:\n//   - 1. one\n//   - a\n//   - 2. two"},
		{"a number that a line break left", "It came with version\n2. Since then.", "// It came with version 2. Since then."},
		{"nothing but a list", "- one\n- two", "// one.\n//\n// two."},
		{"wrapped items", "Items:\n- one two three four five sixessix - seven", "// Items:\n//   - one two three four five\n//     sixessix - seven"},

		{"a heading", "# Title\nText.", "// Title.\n//\n// Text."},
		{"an old heading", "Text.\n\nTitle\n\nMore text.", "// Text.\n//\n// Title.\n//\n// More text."},
		{"a hash at a break", "One two three four five six seven eig # x", "// One two three four five six seven\n// eig # x."},
		{"a quotation", "> quoted\n> text", "// quoted text."},
		{"a rule", "One.\n---\nTwo.", "// One.\n//\n// Two."},
		{"fenced code", "Like:\n```json\n{\"a\": 1}\n```\nYes.", "// Like:\n//\n// {\"a\": 1}.\n//\n// Yes."},
		{"indented code", "Like:\n\n    func main() {}\n", "// Like:\n//\n// func main() {}."},
		{"emphasis", "**Note**: 2**3 is `a**b**c`.", "// Note: 2**3 is `a**b**c`."},
		{"a link", "See [the docs](https://a.b/c) and [x](y).", "// See the docs (https://a.b/c) and\n// [x](y)."},
		{"a link definition", "[x]: https://a.b", "// [x] : https://a.b."},
		{"typographic quotes", "``a'' and ''", "// `a\"\" and \"\"."},

		{"tags", "One<br/>two <b>bold</b> <name>.<p>Three <code>x</code> &lt;b&gt;</p>",
			"// One two bold <name>.\n//\n// Three `x` <b>."},
		{"tags in code", "The `<p>` element.", "// The `<p>` element."},
		{"items of HTML", "Either:<ul><li>one</li><li>two</li></ul>Then.", "// Either:\n//   - one\n//   - two\n//\n// Then."},
		{"an anchor", `See <a href="https://a.b">here</a>.`, "// See here (https://a.b)."},
		{"an address is not an entity", "https://a.b/?x=1&copy=2", "// https://a.b/?x=1&copy=2."},

		{"the end of a comment", "a */ func init() {}\n/* b", "// a */ func init() {} /* b."},
		{"directives", "go:build ignore\n//go:embed x\n//line f.go:1\nexport X",
			"// go:build ignore //go:embed x //line\n// f.go:1 export X."},
		{"an old build constraint", "+build ignore", "// \"+build\" ignore."},
		{"an old build constraint at a break", "One two three four five six seven +build x",
			"// One two three four five six\n// seven +build x."},
		{"deprecation by accident", "Deprecated: no.", "// (Deprecated) no."},
		{"deprecation at a break", "One two three four five six. Deprecated: x", "// One two three four five\n// six. Deprecated: x."},
		{"line ends", "a\r\nb\rc\u2028d\u0085e\vf\n\nG\u2029H", "// a b c d e f.\n//\n// G.\n//\n// H."},
		{"controls and overrides", "a\x00b\u202ec\ufeffd\x7f", "// a\\u0000b\\u202ec\\ufeffd\\u007f."},
		{"invalid UTF-8", "a\xffb", "// a\\ufffdb."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Doc(40, tt.text)
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("Doc(40, %q) (-want +got):\n%s", tt.text, d)
			}
			checkComment(t, got)
		})
	}
}

func TestDocOfSeveralTexts(t *testing.T) {
	got := Doc(80, "Foo is x.", "", "Allowed values:\n- a", "Wire name: x")
	want := "// Foo is x.\n//\n// Allowed values:\n//   - a\n//\n// Wire name: x."
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestNamed(t *testing.T) {
	for _, tt := range []struct{ description, want string }{
		{"", ""},
		{" \n", ""},
		{"Foo does it.", "Foo does it."},
		{"The name of the tool.", "Foo is the name of the tool."},
		{"A client event.", "Foo is a client event."},
		{"An item that will be sent.", "Foo is an item that will be sent."},
		{"Whether it is on.", "Foo reports whether it is on."},
		{"Whether or not it is on.", "Foo reports whether it is on."},
		{"Represents a delta update.", "Foo represents a delta update."},
		{"Indicates that it works.", "Foo indicates that it works."},
		{"Returned when it\nis done.", "Foo is returned when it\nis done."},
		{"Sent by the client.", "Foo is sent by the client."},
		{"Send this event to clear it.", "Foo is sent to clear it."},
		{"This event instructs the server.", "Foo instructs the server."},
		{"This is a thing.", "Foo is a thing."},
		{"One of the levels.", "Foo is one of the levels."},
		{"Configuration for the agent.", "Foo is the configuration for the agent."},
		{"Base for any part.", "Foo is the base for any part."},
		{"Base model for detection.", "Foo is the base model for detection."},
		{"Details of the error.", "Foo holds details of the error."},

		// No rule is sure.
		{"The server will respond.", "Foo: The server will respond."},
		{"Triggers that can fire.", "Foo: Triggers that can fire."},
		{"Controls for the volume.", "Foo: Controls for the volume."},
		{"This event of yours.", "Foo: This event of yours."},
		{"Azure custom voice.", "Foo: Azure custom voice."},
		{"A", "Foo: A"},
		{"A-law audio.", "Foo: A-law audio."},
		{"Thermal noise.", "Foo: Thermal noise."},
		{"16-bit PCM.", "Foo: 16-bit PCM."},
		{"`x` or `y`.", "Foo: `x` or `y`."},

		// Not a sentence at all.
		{"- a\n- b", "Foo:\n- a\n- b"},
		{"1. a", "Foo:\n1. a"},
		{"# Title", "Foo:\n# Title"},
		{"<p>Text", "Foo:\n<p>Text"},
	} {
		if got := Named("Foo", tt.description); got != tt.want {
			t.Errorf("Named(Foo, %q) = %q, want %q", tt.description, got, tt.want)
		}
	}
}

// checkComment asserts what must hold for any text: the comment is nothing but
// a comment, says nothing to a tool, and gofmt leaves it alone.
func checkComment(t *testing.T, doc string) {
	t.Helper()
	if doc == "" {
		return
	}
	for line := range strings.SplitSeq(doc, "\n") {
		if line != "//" && !strings.HasPrefix(line, "// ") {
			t.Errorf("line %q is no comment line", line)
		}
		if constraint.IsPlusBuild(line) || constraint.IsGoBuild(line) || strings.HasPrefix(line, "// Deprecated: ") {
			t.Errorf("line %q means something to a tool", line)
		}
	}
	indented := "\t" + strings.ReplaceAll(doc, "\n", "\n\t")
	source := doc + "\npackage p\n\n" + doc + "\nvar X int\n\n" + doc + "\ntype T struct {\n" + indented + "\n\tF int\n}\n"
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "x.go", source, parser.ParseComments)
	if err != nil {
		t.Fatalf("%v in\n%s", err, source)
	}
	if len(file.Decls) != 2 || len(file.Comments) != 4 {
		t.Errorf("%d declarations and %d comments, want 2 and 4, in\n%s", len(file.Decls), len(file.Comments), source)
	}
	if _, ok := file.Decls[0].(*ast.GenDecl); !ok {
		t.Errorf("the first declaration is a %T", file.Decls[0])
	}
	formatted, err := format.Source([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(source, string(formatted)); d != "" {
		t.Errorf("gofmt changes the comment (-source +gofmt):\n%s", d)
	}
}

// Every description of the real document passes, and a type's documentation
// starts with its name.
func TestRealDescriptions(t *testing.T) {
	data, err := os.ReadFile("../../../spec/voicelive.json")
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Definitions map[string]struct {
			Description string
			Properties  map[string]struct{ Description string }
		}
	}
	if err := json.Unmarshal(data, &document); err != nil {
		t.Fatal(err)
	}
	count := 0
	for name, d := range document.Definitions {
		doc := Doc(77, Named(name, d.Description))
		checkComment(t, doc)
		if doc != "" && !strings.HasPrefix(doc, "// "+name) {
			t.Errorf("the comment does not start with %s:\n%s", name, doc)
		}
		count++
		for _, p := range d.Properties {
			checkComment(t, Doc(77, p.Description))
			count++
		}
	}
	if count < 500 {
		t.Errorf("only %d descriptions", count)
	}
}

func FuzzDoc(f *testing.F) {
	for _, s := range []string{
		"The id.", "a */ b", "//go:build x", "# x\n- y\n\n1. z", "[x]: http://y\n[z]: ftp://w", "``a''", "+build x",
		"- a\n1. b\n", "a\n\n\tb {\n\tc\n}", "\xff\u202e\u2028", "<ul><li>x", "**a** [b](http://c)", "A\n\nB\n\nC", "> - # + 1. x",
		"+build` x", "a ```b``` ````", "- - x\n- 1. y", "Deprecated: x",
	} {
		f.Add(s, "The name of it", 20)
	}
	f.Fuzz(func(t *testing.T, a, b string, width int) {
		width %= 200
		checkComment(t, Doc(width, a, b))
		checkComment(t, Doc(width, Named("Foo", a)))
	})
}
