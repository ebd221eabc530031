package gen_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/go-voicelive/voicelive-go/gen/internal/product"
)

// names are the identifiers of the product that users meet most, by the text of
// the document that they stand for and, behind a comma, a remark.
var names = map[string]string{
	"ServerEventMcpListToolsCompleted":          "type ServerEventMCPListToolsCompleted",
	"ClientEventRtcCallSdpCreate":               "type ClientEventRTCCallSDPCreate",
	"ServerVad":                                 "type ServerVAD",
	"AzureSemanticVadMultilingual":              "type AzureSemanticVADMultilingual",
	"EouDetection":                              "type EOUDetection",
	"LlmInterimResponseConfig":                  "type LLMInterimResponseConfig",
	"InterimResponseConfigBase, pinned":         "type InterimResponseConfig",
	"OAIVoice":                                  "type OAIVoice",
	"OpenAIVoice":                               "type OpenAIVoice",
	"IceServer":                                 "type ICEServer",
	"AudioInputTranscriptionOptions, its model": "type AudioInputTranscriptionOptionsModel",
	"item_id":                                   "ServerEventResponseAudioDelta.ItemID",
	"event_id":                                  "ServerEventResponseAudioDelta.EventID",
	"audio_end_ms":                              "ClientEventConversationItemTruncate.AudioEndMS",
	"sdp_offer":                                 "ClientEventRTCCallSDPCreate.SDPOffer",
	"image_url":                                 "RequestImageContentPart.ImageURL",
	"server_url, of MCP":                        "MCPServer.ServerURL",
	"ice_servers":                               "AvatarConfig.ICEServers",
	"end_of_utterance_detection":                "ServerVAD.EndOfUtteranceDetection",
	"pcm16":                                     "const OutputAudioFormatPCM16",
	"pcm16_8000hz":                              "const OutputAudioFormatPCM16_8000Hz",
	"pcm16_16000hz":                             "const OutputAudioFormatPCM16_16000Hz",
	"g711_ulaw":                                 "const InputAudioFormatG711ULaw",
	"gpt-4o-mini-transcribe":                    "const AudioInputTranscriptionOptionsModelGPT4oMiniTranscribe",
	"whisper-1":                                 "const AudioInputTranscriptionOptionsModelWhisper1",
	"MAI-Voice-1":                               "const PersonalVoiceModelMAIVoice1",
	"azure_semantic_vad_en":                     "const TurnDetectionTypeAzureSemanticVADEn",
	"response.audio.delta":                      "const ServerEventTypeResponseAudioDelta",
	"rtc.call.sdp.created":                      "const ServerEventTypeRTCCallSDPCreated",
	"webrtc":                                    "const AvatarOutputProtocolWebRTC",
	"item.input_audio_transcription.logprobs": "const SessionIncludeOptionItemInputAudioTranscriptionLogprobs",
	"ServerEventError, its tag":               "ServerEventError.EventType",
	"UserMessageItem, its tag":                "UserMessageItem.ItemRole",
}

// TestNames leaves out what this version of the API does not have.
func TestNames(t *testing.T) {
	declared, spec, tested := declarations(t), product.Input(t).Spec.Data, 0
	for wire, want := range names {
		text, _, _ := strings.Cut(wire, ", ")
		if !bytes.Contains(spec, []byte(`"`+text+`"`)) {
			continue
		}
		tested++
		if declared[want] == 0 {
			t.Errorf("%s: %s is not declared", wire, want)
		}
	}
	if tested < len(names)/2 {
		t.Errorf("the document has only %d of %d names: choose others", tested, len(names))
	}
}

// TestNamesAreInjective checks that no two things of the specification got one name.
func TestNamesAreInjective(t *testing.T) {
	package_ := map[string]string{}
	for name, n := range declarations(t) {
		if n > 1 {
			t.Errorf("%s is declared %d times", name, n)
		}
		if kind, id, ok := strings.Cut(name, " "); ok {
			if other, taken := package_[id]; taken {
				t.Errorf("%s is also a %s", name, other)
			}
			package_[id] = kind
		}
	}
}

// declarations counts what the product declares: "type T", "const C", "func F",
// and the fields and methods of types as "T.F".
func declarations(t *testing.T) map[string]int {
	found := map[string]int{}
	fset := token.NewFileSet()
	for _, f := range productFiles(t) {
		file, err := parser.ParseFile(fset, f.Name, f.Data, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					found["func "+d.Name.Name]++
					continue
				}
				found[receiver(d.Recv.List[0].Type)+"."+d.Name.Name]++
			case *ast.GenDecl:
				for _, s := range d.Specs {
					declare(found, s)
				}
			}
		}
	}
	return found
}

func receiver(e ast.Expr) string {
	if star, ok := e.(*ast.StarExpr); ok {
		e = star.X
	}
	return e.(*ast.Ident).Name
}

func declare(found map[string]int, s ast.Spec) {
	switch s := s.(type) {
	case *ast.ValueSpec:
		for _, n := range s.Names {
			found["const "+n.Name]++
		}
	case *ast.TypeSpec:
		found["type "+s.Name.Name]++
		if st, ok := s.Type.(*ast.StructType); ok {
			for _, f := range st.Fields.List {
				for _, n := range f.Names {
					found[s.Name.Name+"."+n.Name]++
				}
			}
		}
	}
}
