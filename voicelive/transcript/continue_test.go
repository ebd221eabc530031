package transcript

import "testing"

func TestContinue(t *testing.T) {
	tr := New(nil)
	tell(t, tr,
		created("null", user),
		heardYou,
		created(`"u"`, `{"type":"message","id":"a","role":"assistant","status":"in_progress","content":[]}`))
	tr.Continue("re0", "re1")
	tell(t, tr,
		created("null", `{"type":"message","id":"re0","role":"user","status":"completed","content":[{"type":"input_text","text":"What time is it?"}]}`),
		created(`"re0"`, `{"type":"message","id":"re1","role":"assistant","status":"completed","content":[{"type":"text","text":"It is"}]}`),
		created(`"s2"`, assistant("s3", "completed", "Four.")), // before what precedes it
		created(`"re1"`, `{"type":"message","id":"s2","role":"system","status":"completed","content":[{"type":"input_text","text":"Note."}]}`))
	want(t, tr,
		Entry{ID: "u", Type: Message, Role: User, Text: "What time is it?", Audio: true},
		Entry{ID: "a", Type: Message, Role: Assistant},
		Entry{ID: "s2", Type: Message, Role: System, Text: "Note."},
		Entry{ID: "s3", Type: Message, Role: Assistant, Text: "Four.", Audio: true})

	tr.Continue() // nothing was restored
	tell(t, tr,
		created("null", `{"type":"message","id":"s4","role":"system","status":"completed","content":[{"type":"input_text","text":"Again."}]}`),
		created("null", `{"type":"message","id":"s5","role":"system","status":"completed","content":[{"type":"input_text","text":"First."}]}`))
	var ids string
	for _, e := range tr.Entries() {
		ids += e.ID + " "
	}
	if ids != "u a s2 s3 s5 s4 " {
		t.Errorf("entries %s, want those of each session behind those before", ids)
	}
}
