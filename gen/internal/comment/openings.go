package comment

import "strings"

// opening is how a description can begin, and how that reads after a name.
type opening struct {
	from, to  string
	noun      bool            // a noun phrase must follow, not a clause
	before    map[string]bool // the next word must be one of these
	notBefore map[string]bool // or must be none of these
}

// openings are tried in order.
var openings = func() []opening {
	list := []opening{
		{from: "Whether or not", to: "reports whether"},
		{from: "Whether", to: "reports whether"},
		{from: "The", to: "is the", noun: true},
		{from: "A", to: "is a", noun: true},
		{from: "An", to: "is an", noun: true},
		{from: "One of", to: "is one of"},
		{from: "Send this event", to: "is sent"},
		{from: "Send this message", to: "is sent"},
		{from: "This is", to: "is"},
		{from: "Details", to: "holds details", before: set("of for about")},
	}
	for w := range strings.FieldsSeq("event message object model type action enum") {
		list = append(list, opening{from: "This " + w, notBefore: set("of for in")})
	}
	for w := range strings.FieldsSeq(participles) {
		list = append(list, opening{from: w, to: "is " + strings.ToLower(w), before: conjunctions})
	}
	for w := range strings.FieldsSeq(verbs) {
		list = append(list, opening{from: w, to: strings.ToLower(w), notBefore: set("of for")})
	}
	for w := range strings.FieldsSeq(nouns) {
		list = append(list, opening{from: w, to: "is the " + strings.ToLower(w), noun: true, before: set("of for")})
	}
	for w := range strings.FieldsSeq("model type class") {
		list = append(list, opening{from: "Base " + w, to: "is the base " + w, noun: true, before: set("of for")})
	}
	return list
}()

// Words that are as often a plural noun (Triggers, Reports) are not verbs here.
const (
	participles = "Returned Sent Emitted Raised Fired Received Produced Used"
	verbs       = `Represents Indicates Specifies Defines Describes Contains Constrains Configures
		Provides Identifies Determines Enables Disables Allows Appends Clears Cancels Holds Creates
		Deletes Removes Adds Starts Stops Returns Sets Controls Carries Marks`
	nouns = `Configuration Base Union Definition Description Status Resolution Number Name Type Kind
		Result Representation Specification Identifier Length Size Source`
)

var (
	conjunctions = set("when if by in as to for after before while once on with during from at only automatically")
	finite       = set("is are was were will would can could may might must should shall has have does do cannot")
	relative     = set("that which who whose where when whether if as to")
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}
