package lint_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/lint"
)

func Example() {
	options := &voicelive.ConnectOptions{Model: "gpt-4.1"}
	session := &voicelive.RequestSession{
		TurnDetection:           &voicelive.OpenAISemanticVAD{},
		InputAudioTranscription: voicelive.NullableOf(voicelive.AudioInputTranscriptionOptions{Model: "whisper-1"}),
	}
	for _, f := range lint.Check(options, session) {
		fmt.Println(f.Severity, f.Path)
		fmt.Printf("\t%s\n\t%s\n", f.Reason, f.Fix)
	}
	// Output:
	// error input_audio_transcription.model
	// 	this model transcribes for gpt-realtime models only
	// 	use azure-speech
	// error turn_detection.type
	// 	semantic_vad works with gpt-realtime models only
	// 	use azure_semantic_vad
}

// Connect refuses, before it sends anything, what does not work.
func ExampleRefuse() {
	client, err := voicelive.NewClientWithKeyCredential("https://r.services.ai.azure.com", azcore.NewKeyCredential("key"), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Connect(context.Background(), &voicelive.ConnectOptions{
		Model:   "gpt-realtime",
		Session: &voicelive.RequestSession{InputAudioSamplingRate: new(44100)},
		Check:   lint.Refuse,
	})
	if found, ok := errors.AsType[*lint.FindingsError](err); ok {
		fmt.Println(found.Findings[0].Path, "-", found.Findings[0].Reason)
	}
	// Output:
	// input_audio_sampling_rate - pcm16 is taken with 8000, 16000 or 24000 samples per second
}
