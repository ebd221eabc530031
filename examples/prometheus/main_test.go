package main

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// TestDashboardShowsWhatExists holds a call, and compares the queries of the dashboard with the metrics
// and labels that Prometheus then gets. The dashboard shows each of them.
func TestDashboardShowsWhatExists(t *testing.T) {
	labels := map[string][]string{} // of each series
	synctest.Test(t, func(t *testing.T) {
		registry := prometheus.NewRegistry()
		telemetry, err := newTelemetry(registry)
		if err != nil {
			t.Fatal(err)
		}
		if err := call(t.Context(), telemetry); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range families {
			for _, name := range series(f) {
				labels[name] = append(labels[name], labelsOf(f)...)
			}
		}
	})
	shown := map[string]bool{}
	for _, query := range queries(t) {
		used := regexp.MustCompile(`\b(?:voicelive|gen_ai_client)_\w+`).FindAllString(strings.Join(regexp.MustCompile(`\{.*?\}|by ?\(.*?\)`).Split(query, -1), " "), -1)
		if len(used) == 0 {
			t.Errorf("%s: no metric", query)
		}
		for _, name := range used {
			if _, ok := labels[name]; !ok {
				t.Errorf("%s: there is no %s", query, name)
			}
			shown[base(name)] = true
			for _, label := range labelsIn(query) {
				if !slices.Contains(labels[name], label) {
					t.Errorf("%s: %s has no label %s, but %q", query, name, label, labels[name])
				}
			}
		}
	}
	for name := range labels {
		if !shown[base(name)] && name != "target_info" {
			t.Errorf("no panel shows %s", name)
		}
	}
}

// series are the names under which queries find a metric.
func series(f *dto.MetricFamily) []string {
	if f.GetType() == dto.MetricType_HISTOGRAM {
		return []string{f.GetName() + "_bucket", f.GetName() + "_sum", f.GetName() + "_count"}
	}
	return []string{f.GetName()}
}

func labelsOf(f *dto.MetricFamily) []string {
	names := []string{"le"}
	for _, m := range f.GetMetric() {
		for _, l := range m.GetLabel() {
			names = append(names, l.GetName())
		}
	}
	return names
}

// base is the name of a metric without those of its series.
func base(name string) string {
	return regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")
}

// labelsIn are the labels of selectors and groupings.
func labelsIn(query string) (names []string) {
	for _, m := range regexp.MustCompile(`by ?\((.*?)\)`).FindAllStringSubmatch(query, -1) {
		for name := range strings.SplitSeq(m[1], ",") {
			names = append(names, strings.TrimSpace(name))
		}
	}
	for _, m := range regexp.MustCompile(`(\w+) *(?:=~|!=|!~|=)`).FindAllStringSubmatch(query, -1) {
		names = append(names, m[1])
	}
	return names
}

// queries are those of all panels.
func queries(t *testing.T) (all []string) {
	t.Helper()
	text, err := os.ReadFile("dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &dashboard); err != nil {
		t.Fatal(err)
	}
	for _, p := range dashboard.Panels {
		if len(p.Targets) == 0 || p.Title == "" {
			t.Errorf("panel %q has no query", p.Title)
		}
		for _, target := range p.Targets {
			all = append(all, target.Expr)
		}
	}
	return all
}
