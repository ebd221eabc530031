package name

import (
	"go/token"
	"strings"
	"testing"
	"unicode"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

func TestIdentifier(t *testing.T) {
	for _, tt := range []struct{ wire, want string }{
		// Definition names keep their words.
		{"ServerEventResponseAudioDelta", "ServerEventResponseAudioDelta"},
		{"ServerEventMcpListToolsCompleted", "ServerEventMCPListToolsCompleted"},
		{"ClientEventRtcCallSdpCreate", "ClientEventRTCCallSDPCreate"},
		{"LlmInterimResponseConfig", "LLMInterimResponseConfig"},
		{"AzureSemanticVadEn", "AzureSemanticVADEn"},
		{"AzureRealtimeNativeVoice", "AzureRealtimeNativeVoice"},
		{"ServerVad", "ServerVAD"},
		{"IceServer", "ICEServer"},
		{"EouDetection", "EOUDetection"},
		{"MCPServer", "MCPServer"},
		{"OAIVoice", "OAIVoice"},
		{"OpenAIVoice", "OpenAIVoice"},
		{"ResponseMCPListToolItem", "ResponseMCPListToolItem"},
		{"AudioInputTranscriptionOptions.model", "AudioInputTranscriptionOptionsModel"},
		{"Azure.Core.Foundations.Error", "AzureCoreFoundationsError"},

		// Properties.
		{"item_id", "ItemID"},
		{"sdp_offer", "SDPOffer"},
		{"server_sdp", "ServerSDP"},
		{"audio_end_ms", "AudioEndMS"},
		{"image_url", "ImageURL"},
		{"urls", "URLs"},
		{"fileIds", "FileIDs"},
		{"gop_size", "GOPSize"},
		{"turn_id", "TurnID"},
		{"logprobs", "Logprobs"},
		{"@odata.type", "ODataType"},
		{"$skip", "Skip"},
		{"content type", "ContentType"},
		{"api-version", "APIVersion"},
		{"a/b", "AB"},

		// Digits stay with their letters, numbers stay apart.
		{"pcm16", "PCM16"},
		{"g711_ulaw", "G711ULaw"},
		{"v1", "V1"},
		{"PhoenixV2Neural", "PhoenixV2Neural"},
		{"gpt-4o-mini", "GPT4oMini"},
		{"gpt4o", "GPT4o"},
		{"gpt-4.1-mini", "GPT4_1Mini"},
		{"pcm16_8000hz", "PCM16_8000Hz"},
		{"16khz", "X16kHz"},
		{"2024-10-01-preview", "X2024_10_01Preview"},
		{"whisper-1", "Whisper1"},
		{"MAI-Voice-1", "MAIVoice1"},

		// Special forms.
		{"openai", "OpenAI"},
		{"webrtc", "WebRTC"},
		{"WebRtc", "WebRTC"},
		{"websocket", "WebSocket"},
		{"ipv4_address", "IPv4Address"},

		// Capitals as a way of writing.
		{"IN_PROGRESS", "InProgress"},
		{"PENDING", "Pending"},
		{"HTTP_URL", "HTTPURL"},

		// What is no word.
		{"", "Value"},
		{"+", "Plus"},
		{"*", "Star"},
		{">=", "GreaterEqual"},
		{"→", "U2192"},
		{"\xff", "UFFFD"},
		{"a\n*/func", "AFunc"},

		// Letters beyond ASCII.
		{"größe", "Größe"},
		{"école", "École"},
		{"名前", "X名前"},
		{"ßtraße", "Xßtraße"},
	} {
		if got := identifier(tt.wire); got != tt.want {
			t.Errorf("identifier(%q) = %s, want %s", tt.wire, got, tt.want)
		}
	}
}

func TestConstant(t *testing.T) {
	for _, tt := range []struct{ prefix, wire, pin, want string }{
		{"ClientEventType", "session.update", "", "ClientEventTypeSessionUpdate"},
		{"OutputAudioFormat", "pcm16_8000hz", "", "OutputAudioFormatPCM16_8000Hz"},
		{"OutputAudioFormat", "pcm16_16000hz", "", "OutputAudioFormatPCM16_16000Hz"},
		{"Model", "gpt-4o-mini-transcribe", "", "ModelGPT4oMiniTranscribe"},
		{"Model", "whisper-1", "whisper_1", "ModelWhisper1"},
		{"TurnDetectionType", "azure_semantic_vad_en", "", "TurnDetectionTypeAzureSemanticVADEn"},
		{"PersonalVoiceModels", "MAI-Voice-1", "", "PersonalVoiceModelsMAIVoice1"},
		{"MCPApprovalType", "never", "Never", "MCPApprovalTypeNever"},
		{"Layer2", "7", "", "Layer2_7"},
		{"Sort", "+", "", "SortPlus"},
		{"Sort", "", "", "SortValue"},
		{"Language", "日本語", "", "Language日本語"},
	} {
		if got := constant(&model.Value{Wire: tt.wire, Pin: tt.pin}, tt.prefix); got != tt.want {
			t.Errorf("constant(%q, %q) = %s, want %s", tt.prefix, tt.wire, got, tt.want)
		}
	}
}

func TestSpellingsAreReachable(t *testing.T) {
	seen := map[string]bool{}
	for _, word := range strings.Fields(acronyms) {
		low := strings.ToLower(word)
		if seen[low] {
			t.Errorf("%s is listed twice", word)
		}
		seen[low] = true
		if want := capitalize(word); identifier(low) != want {
			t.Errorf("identifier(%q) = %s, want %s", low, identifier(low), want)
		}
		if got, want := identifier("the_"+low+"_x"), "The"+capitalize(word)+"X"; got != want {
			t.Errorf("identifier(%q) = %s, want %s", "the_"+low+"_x", got, want)
		}
	}
	for _, word := range []string{"turn", "it", "as", "to", "in", "is", "or", "am", "pm", "add", "us", "at"} {
		if _, ok := spellings[word]; ok {
			t.Errorf("%q is an English word, it must not be an acronym", word)
		}
	}
}

func TestSymbolsAreComplete(t *testing.T) {
	seen := map[string]rune{}
	for r := rune(' '); r < 0x7f; r++ {
		if isWord(r) {
			continue
		}
		name := symbols[r]
		if !token.IsIdentifier(name) || !token.IsExported(name) {
			t.Errorf("symbol %q has the name %q", r, name)
		}
		if other, ok := seen[name]; ok {
			t.Errorf("symbols %q and %q are both %s", r, other, name)
		}
		seen[name] = r
	}
}

func FuzzIdentifier(f *testing.F) {
	for _, s := range []string{"", "item_id", "8000hz", "OAIVoice", "*/", "\xff", "名前", "ǆ", "IN_PROGRESS", "a\u0301", "٣x"} {
		f.Add(s, "Prefix1")
	}
	f.Fuzz(func(t *testing.T, wire, prefix string) {
		id := identifier(wire)
		if !token.IsIdentifier(id) || !token.IsExported(id) {
			t.Errorf("identifier(%q) = %q is not an exported identifier", wire, id)
		}
		if c := constant(&model.Value{Wire: wire}, identifier(prefix)); !token.IsIdentifier(c) || !token.IsExported(c) {
			t.Errorf("constant(%q, %q) = %q is not an exported identifier", wire, identifier(prefix), c)
		}
		tag := TagMethod(&model.Union{Decl: model.Decl{Name: id}, Key: prefix})
		if !token.IsIdentifier(tag) || !token.IsExported(tag) {
			t.Errorf("TagMethod(%s, %q) = %q is not an exported identifier", id, prefix, tag)
		}
		if strings.ContainsFunc(id, unicode.IsControl) {
			t.Errorf("identifier(%q) = %q holds a control character", wire, id)
		}
	})
}

func TestAPinThatIsAKeywordIsExported(t *testing.T) {
	var diags diag.List
	if got := pinned("t", "type", diag.Location{}, &diags); got != "Type" || diags.Failed() {
		t.Errorf("got %s, %v", got, diags.All())
	}
}
