package transcript

import "time"

// A Type is the type of an entry.
type Type string

// The types of entries.
const (
	Message      Type = "message"
	FunctionCall Type = "function_call"
	MCPCall      Type = "mcp_call"
	MCPApproval  Type = "mcp_approval" // a request for an approval, with its decision
	MCPTools     Type = "mcp_tools"    // a list of the tools of an MCP server
	Search       Type = "search"       // of the web, or of files
	Other        Type = "other"        // of a type that this package does not know
)

// The roles of messages.
const (
	User      = "user"
	Assistant = "assistant"
	System    = "system"
)

// An Entry is one item of the conversation. Outputs of functions, and decisions about approvals, are
// part of the entry that they belong to. Times are local, and zero if unknown.
type Entry struct {
	ID         string `json:"id"` // of the item
	Type       Type   `json:"type"`
	Role       string `json:"role,omitempty"`        // of a message
	ResponseID string `json:"response_id,omitempty"` // of an item that a response generated

	Began time.Time `json:"began,omitzero"` // when the service told that the user speaks, and of other items when it first told of them
	Ended time.Time `json:"ended,omitzero"` // when its text was complete, or its transcription failed

	Text  string `json:"text,omitempty"`  // that was written, spoken or generated
	Heard string `json:"heard,omitempty"` // the part of an interrupted Text that the user heard
	Audio bool   `json:"audio,omitempty"` // it was spoken

	// Interrupted says that the user did not hear everything, of which HeardFor was heard.
	Interrupted bool          `json:"interrupted,omitempty"`
	HeardFor    time.Duration `json:"heard_for_ns,omitempty"`

	// Pending says that text is still to come: generation or transcription has not ended.
	Pending bool   `json:"pending,omitempty"`
	Failed  string `json:"failed,omitempty"` // why there is no transcription, or a call failed

	Call     *Call     `json:"call,omitempty"`     // of a FunctionCall and an MCPCall
	Approval *Approval `json:"approval,omitempty"` // of an MCPApproval
}

// A Call is a call of a function or of a tool of an MCP server.
type Call struct {
	ID        string  `json:"id,omitempty"`     // call_id of a function
	Server    string  `json:"server,omitempty"` // server_label of MCP
	Name      string  `json:"name"`
	Arguments string  `json:"arguments"`
	Output    *string `json:"output,omitempty"` // nil if there is none
	OutputID  string  `json:"output_id,omitempty"`
}

// An Approval is a request to approve a call of an MCP server.
type Approval struct {
	Server    string `json:"server"`
	Name      string `json:"name"`
	Arguments string `json:"arguments,omitempty"`
	Approved  *bool  `json:"approved,omitempty"` // nil if it is not decided
}

// Said returns what the user heard of a message: Heard if it was interrupted, Text if not.
func (e *Entry) Said() string {
	if e.Interrupted {
		return e.Heard
	}
	return e.Text
}

func (e Entry) clone() Entry {
	if e.Call != nil {
		call := *e.Call
		e.Call = &call
	}
	if e.Approval != nil {
		approval := *e.Approval
		e.Approval = &approval
	}
	return e
}
