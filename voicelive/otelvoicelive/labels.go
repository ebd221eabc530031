package otelvoicelive

import (
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// labels are the attributes of the metrics of a session. Those that each response needs are made once: to make a set takes
// longer than to record with it.
type labels struct {
	of      []attribute.KeyValue // in all of them
	session metric.MeasurementOption

	generation    metric.MeasurementOption   // of a response that has not failed
	input, output metric.MeasurementOption   // of the tokens of a response
	tokens        []metric.MeasurementOption // of those of a modality, in the order of tokensOf
}

func newLabels(of ...attribute.KeyValue) *labels {
	l := &labels{of: of}
	l.session = l.with()
	l.generation = l.with(attribute.String(genAIOperation, opGeneration), attribute.String(azSystem, provider))
	l.input = l.with(attribute.String(genAITokenType, "input"), attribute.String(azSystem, provider))
	l.output = l.with(attribute.String(genAITokenType, "output"), attribute.String(azSystem, provider))
	for _, count := range tokensOf(&voicelive.TokenUsage{}) {
		l.tokens = append(l.tokens, l.with(attribute.String(attrDirection, count.direction), attribute.String(attrModality, count.modality)))
	}
	return l
}

// with returns the labels of the session and more.
func (l *labels) with(more ...attribute.KeyValue) metric.MeasurementOption {
	return metric.WithAttributeSet(attribute.NewSet(slices.Concat(l.of, more)...))
}
