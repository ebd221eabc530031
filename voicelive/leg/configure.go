package leg

import (
	"fmt"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/audio"
)

// Configure sets the properties input_audio_format, input_audio_sampling_rate and
// output_audio_format of a session to format f, so that audio passes from a leg to the
// service and back as it is. The service takes mono PCM at 8, 16 and 24 kHz and G.711
// at 8 kHz; other formats are an error, and s stays as it was. Use [Convert] for them.
func Configure(s *voicelive.RequestSession, f audio.Format) error {
	spoken, ok := formats[f]
	if !ok {
		return fmt.Errorf("leg: the service does not take %v; convert the leg with leg.Convert", f)
	}
	s.InputAudioFormat, s.OutputAudioFormat = spoken.input, spoken.output
	s.InputAudioSamplingRate = new(f.Rate)
	return nil
}

// formats are those that the service speaks, by its names.
var formats = map[audio.Format]struct {
	input  voicelive.InputAudioFormat
	output voicelive.OutputAudioFormat
}{
	PCM8kHz:  {voicelive.InputAudioFormatPCM16, voicelive.OutputAudioFormatPCM16_8000Hz},
	PCM16kHz: {voicelive.InputAudioFormatPCM16, voicelive.OutputAudioFormatPCM16_16000Hz},
	PCM24kHz: {voicelive.InputAudioFormatPCM16, voicelive.OutputAudioFormatPCM16},
	MuLaw:    {voicelive.InputAudioFormatG711ULaw, voicelive.OutputAudioFormatG711ULaw},
	ALaw:     {voicelive.InputAudioFormatG711ALaw, voicelive.OutputAudioFormatG711ALaw},
}

// The formats of legs. All but PCM48kHz are formats of the service as well.
var (
	PCM8kHz  = audio.Format{Encoding: audio.PCM16, Rate: 8000, Channels: 1}
	PCM16kHz = audio.Format{Encoding: audio.PCM16, Rate: 16000, Channels: 1}
	PCM24kHz = audio.Format{Encoding: audio.PCM16, Rate: 24000, Channels: 1}
	PCM48kHz = audio.Format{Encoding: audio.PCM16, Rate: 48000, Channels: 1}
	MuLaw    = audio.Format{Encoding: audio.MuLaw, Rate: 8000, Channels: 1}
	ALaw     = audio.Format{Encoding: audio.ALaw, Rate: 8000, Channels: 1}
)
