package voicelive

// The parts of text have four types, which differ in who wrote the text and who
// sends it; the text of each is one method.

// GetText returns the text.
func (e *InputTextContentPart) GetText() string { return e.Text }

// GetText returns the text.
func (e *OutputTextContentPart) GetText() string { return e.Text }

// GetText returns the text, "" if it is absent.
func (e *RequestTextContentPart) GetText() string { return deref(e.Text) }

// GetText returns the text, "" if it is absent.
func (e *ResponseTextContentPart) GetText() string { return deref(e.Text) }
