package diff

// A Rule is a sort of change, with its verdicts. The table Rules documents every
// verdict.
type Rule struct {
	ID   string
	What string // the change, in a few words
	// Send is for types that clients send, Receive for types that they receive. A type
	// that is both sent and received has the worse of the two.
	Send, Receive Effect
	// Go is the level for code that uses the package. OnlySent limits Care to types
	// that are sent, since only those are validated.
	Go       Level
	GoWhy    string
	OnlySent bool
}

// Effect is the effect of a change on the wire in one direction.
type Effect struct {
	OldClient, NewClient Level
	Why                  string
}

var (
	nothing = Effect{}

	valid   = "Validate refuses what it took before"
	sameGo  = "nothing in Go changes"
	newName = "the identifier is another one"
)

// Rules are the rules for all changes. A change of a field's Go type has a rule of
// its own; the report names it beside the rule of the change that caused it.
var Rules = [...]*Rule{
	// Events: the variants of an entry point.
	{"event-added", "an event is new",
		Effect{Safe, Care, "an old service refuses it"},
		Effect{Safe, Safe, "an old client keeps it as unknown"},
		Safe, "types are only added", false},
	{"event-removed", "an event is gone",
		Effect{Breaking, Safe, "a new service may refuse it"},
		Effect{Breaking, Safe, "an old client may wait for it"},
		Breaking, "its type is gone", false},
	{"event-renamed", "an event has another type and tag",
		Effect{Breaking, Breaking, "the other side does not know the tag"},
		Effect{Breaking, Breaking, "the other side does not know the tag"},
		Breaking, newName, false},

	// Declarations.
	{"type-added", "a type is new", nothing, nothing, Safe, "types are only added", false},
	{"type-removed", "a type is gone", nothing, nothing, Breaking, "its type is gone", false},
	{"type-renamed", "a type has another name", nothing, nothing, Breaking, newName, false},
	{"type-moved", "a type is defined in another place", nothing, nothing, Safe, sameGo, false},
	{"type-tagged", "an object is a union now, told apart by a property",
		Effect{Care, Care, "a new service may need the property, an old one ignores it"},
		Effect{Safe, Care, "an object without the property is an unknown variant"},
		Breaking, "the type is an interface now", false},
	{"type-untagged", "a union is an object now, without a property that tells it apart",
		Effect{Care, Care, "an old service may need the property, a new one ignores it"},
		Effect{Care, Safe, "an object without the property is an unknown variant"},
		Breaking, "the type is a struct now", false},
	{"type-kind", "a type is of another kind",
		Effect{Breaking, Breaking, "the other side expects other JSON"},
		Effect{Breaking, Breaking, "the other side expects other JSON"},
		Breaking, "the type is declared in another way", false},
	{"type-sent", "a type is now sent, too", nothing, nothing, Safe, "methods are only added", false},
	{"type-received", "a type is now received, too", nothing, nothing, Safe, sameGo, false},
	{"type-not-sent", "a type is no longer sent",
		nothing, nothing,
		Care, "methods that only sent types have, such as AppendJSON of an event, may be gone", false},
	{"type-not-received", "a type is no longer received", nothing, nothing, Safe, sameGo, false},
	{"entry-added", "a union becomes an entry point", nothing, nothing, Safe, "functions and methods are only added", false},
	{"entry-removed", "a union is no entry point any more", nothing, nothing, Breaking, "UnmarshalInto and methods of the union are gone", false},

	// Properties.
	{"field-added-optional", "an optional property is new",
		Effect{Safe, Care, "an old service may refuse or ignore it"},
		Effect{Safe, Safe, "an old client keeps it in Extra"},
		Safe, "a field is added; literals without field names do not compile", false},
	{"field-added-required", "a required property is new",
		Effect{Breaking, Care, "an old client does not send it"},
		Effect{Safe, Care, "an old service does not send it"},
		Care, valid, true},
	{"field-removed-optional", "an optional property is gone",
		Effect{Care, Safe, "a new service may refuse or ignore it"},
		Effect{Care, Safe, "an old client does not get it"},
		Breaking, "the field is gone", false},
	{"field-removed-required", "a required property is gone",
		Effect{Care, Breaking, "an old service needs it"},
		Effect{Breaking, Safe, "an old client counts on it"},
		Breaking, "the field is gone", false},
	{"field-renamed", "a property has another name",
		Effect{Breaking, Breaking, "the other side does not know the name"},
		Effect{Breaking, Breaking, "the other side looks for the other name"},
		Care, "code that compiles sends and reads the other property", false},
	{"field-type", "a property holds other JSON",
		Effect{Breaking, Breaking, "the other side expects other JSON"},
		Effect{Breaking, Breaking, "the value does not fit and is kept in Extra"},
		Care, "values of the field have another form", false},
	{"field-format", "a property holds the same kind of JSON in another format",
		Effect{Care, Care, "the other side may refuse values of one of the formats"},
		Effect{Care, Care, "values of one of the formats may not fit the other"},
		Care, "values of the field have another form", false},
	{"field-required", "an optional property is required",
		Effect{Breaking, Safe, "an old client may leave it out"},
		Effect{Safe, Care, "an old service may leave it out"},
		Care, valid, true},
	{"field-optional", "a required property is optional",
		Effect{Safe, Breaking, "an old service needs it"},
		Effect{Care, Safe, "an old client may count on it"},
		Safe, sameGo, false},
	{"field-promised", "a read-only property is always there",
		nothing, Effect{Safe, Care, "an old service may leave it out"}, Safe, sameGo, false},
	{"field-not-promised", "a read-only property may be missing",
		nothing, Effect{Care, Safe, "an old client may count on it"}, Safe, sameGo, false},
	{"field-nullable", "null has a meaning now",
		Effect{Safe, Care, "an old service may refuse null"},
		Effect{Care, Safe, "an old client reads null as absent"},
		Safe, sameGo, false},
	{"field-not-nullable", "null has no meaning any more",
		Effect{Breaking, Safe, "a new service may refuse null"},
		Effect{Safe, Safe, ""},
		Care, "null reads as absent", false},
	{"field-constant", "a constant has another value",
		Effect{Breaking, Breaking, "the other side does not know the value"},
		Effect{Breaking, Breaking, "the other side does not know the value"},
		Care, "the codec writes the other value", false},
	{"field-fixed", "a property becomes a constant",
		Effect{Breaking, Safe, "a new service refuses other values"},
		Effect{Safe, Safe, ""},
		Breaking, "the field is gone, since the codec writes it", false},
	{"field-free", "a constant becomes a property",
		Effect{Safe, Breaking, "an old service refuses other values"},
		Effect{Care, Safe, "an old client expects one value"},
		Care, "the codec no longer writes it", false},
	{"field-known", "the documented value of an optional constant is another one",
		Effect{Care, Care, "the other side may not know the value"},
		Effect{Care, Care, "the other side may not know the value"},
		Care, "the constant has another value", false},
	{"field-default", "the default is another one",
		Effect{Care, Care, "leaving it out means something else"},
		Effect{Care, Care, "its absence means something else"},
		Safe, sameGo, false},
	{"field-bounds-tighter", "fewer values are allowed",
		Effect{Breaking, Safe, "a new service may refuse what was allowed"},
		Effect{Safe, Safe, ""},
		Care, valid, true},
	{"field-bounds-looser", "more values are allowed",
		Effect{Safe, Care, "an old service may refuse what is allowed now"},
		Effect{Care, Safe, "an old client may not expect such values"},
		Safe, sameGo, false},
	{"field-pattern", "the pattern is another one",
		Effect{Care, Care, "the other side may refuse values"},
		Effect{Care, Care, "the other side may not expect such values"},
		Safe, "patterns are not checked", false},
	{"field-validation", "the property is read-only, or may be empty, where it could not before, or the reverse",
		Effect{Care, Care, "the other side may refuse what is allowed now, or miss what it needs"},
		nothing,
		Care, "Validate judges the field differently", true},
	{"field-aliases", "other names are read for the property",
		nothing,
		Effect{Care, Care, "one of the versions does not read all names"},
		Safe, sameGo, false},

	// Enums.
	{"value-added", "a value is new",
		Effect{Safe, Care, "an old service may refuse it"},
		Effect{Care, Safe, "an old client keeps it, and has no case for it"},
		Safe, "a constant is added", false},
	{"value-removed", "a value is gone",
		Effect{Breaking, Safe, "a new service may refuse it"},
		Effect{Care, Safe, "an old client does not get it any more"},
		Breaking, "the constant is gone", false},
	{"value-renamed", "a value is spelled differently",
		Effect{Breaking, Breaking, "the other side does not know the spelling"},
		Effect{Breaking, Breaking, "the other side does not know the spelling"},
		Care, "the constant has another value", false},

	// Unions.
	{"variant-added", "a variant is new",
		Effect{Safe, Care, "an old service refuses it"},
		Effect{Safe, Safe, "an old client keeps it as unknown"},
		Safe, "types and methods are only added", false},
	{"variant-removed", "a variant is gone",
		Effect{Breaking, Safe, "a new service may refuse it"},
		Effect{Care, Safe, "an old client does not get it any more"},
		Breaking, "the type no longer belongs to the union", false},
	{"variant-tag", "a variant has another tag",
		Effect{Breaking, Breaking, "the other side does not know the tag"},
		Effect{Breaking, Breaking, "the other side takes it for an unknown variant"},
		Care, "the codec writes the other tag", false},
	{"union-key", "a union is told apart in another way",
		Effect{Breaking, Breaking, "the other side looks at another property"},
		Effect{Breaking, Breaking, "the other side looks at another property"},
		Care, "the union decodes differently", false},
	{"union-null", "a union may be null now", nothing, nothing, Safe, "a type is added", false},
	{"union-not-null", "a union can no longer be null", nothing, nothing, Breaking, "the type that stands for null is gone", false},

	// Go alone: the wire does not change, or another rule judges it.
	{"go-name", "a declaration, field or value has another Go name", nothing, nothing, Breaking, newName, false},
	{"go-type", "the Go type changes", nothing, nothing, Breaking, "the Go type is another one", false},
	{"go-getter", "the method that returns a common property is gone or returns another type", nothing, nothing, Breaking, "the method is another one", false},
	{"go-sender", "the method that sends an event is gone or takes other parameters", nothing, nothing, Breaking, "the method is another one", false},
	{"go-validate", "nothing is left that Validate could check", nothing, nothing, Breaking, "the method Validate is gone", false},

	// Words.
	{"title", "the title of the API is another one", nothing, nothing, Safe, sameGo, false},
	{"version", "the version of the API is another one",
		Effect{Safe, Safe, ""}, Effect{Safe, Safe, ""},
		Care, "the constant APIVersion, which a client connects with, has another value", false},
	{"description", "a description says something else", nothing, nothing, Safe, "comments change", false},
}

// rule returns the rule with an ID.
func rule(id string) *Rule {
	for _, r := range Rules {
		if r.ID == id {
			return r
		}
	}
	panic("no rule " + id)
}
