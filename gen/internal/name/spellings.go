package name

import "strings"

// spellings is the Go form of a word, by its small letters.
var spellings = func() map[string]string {
	m := map[string]string{}
	for _, word := range strings.Fields(acronyms) {
		m[strings.ToLower(word)] = word
	}
	return m
}()

// acronyms are the words that are not spelled like others. A word that is also
// common English (turn, it, as, to) must stay out.
const acronyms = `
	ID IDs URL URLs URI URIs UUID UUIDs GUID
	API APIs SDK HTTP HTTPS TCP UDP TLS DNS IP IPs IPv4 IPv6 RPC SSE SSH MIME JWT SAS
	JSON XML YAML HTML CSS CSV PDF SQL ASCII UTF
	MS Hz kHz UTC TTL QPS
	SDP RTC ICE STUN SIP DTMF WebRTC WebSocket WebSockets RTP
	PCM WAV AAC FPS GOP PNG JPEG JPG GIF SVG RGB HD VP
	MCP VAD EOU ASR TTS STT SSML
	AI OpenAI OAI LLM LLMs GPT MAI
	UI OS CPU GPU RAM VM DB
	OData OAuth GraphQL MQTT AMQP IoT iOS macOS GitHub
	ULaw ALaw AMR HLS MPEG MP AV SNR
	LDAP SAML SSO MFA OTP PEM CIDR VPN NAT SKU SLA RFC
`

// symbols name the characters of a string that holds no letter and no digit.
var symbols = map[rune]string{
	' ': "Space", '!': "Bang", '"': "Quote", '#': "Hash", '$': "Dollar", '%': "Percent",
	'&': "Ampersand", '\'': "Apostrophe", '(': "LeftParen", ')': "RightParen", '*': "Star",
	'+': "Plus", ',': "Comma", '-': "Minus", '.': "Dot", '/': "Slash", ':': "Colon",
	';': "Semicolon", '<': "Less", '=': "Equal", '>': "Greater", '?': "Question", '@': "At",
	'[': "LeftBracket", '\\': "Backslash", ']': "RightBracket", '^': "Caret", '_': "Underscore",
	'`': "Backquote", '{': "LeftBrace", '|': "Pipe", '}': "RightBrace", '~': "Tilde",
}
