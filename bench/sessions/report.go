package main

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
)

func (m *measurements) heading() {
	fmt.Fprintf(m.out, "%s %s/%s; server and client are processes on a processor of their own, ws over loopback TCP\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		fmt.Fprintf(m.out, "load of the machine before: %s\n", strings.Join(strings.Fields(string(load))[:3], " "))
	}
	fmt.Fprintln(m.out)
	w := m.table(0)
	for _, c := range m.chosen {
		fmt.Fprintf(w, "%s\t%s\n", c.name, c.about)
	}
	w.Flush()
}

func (m *measurements) table(flags uint) *tabwriter.Writer {
	return tabwriter.NewWriter(m.out, 0, 0, 2, ' ', flags)
}

// loadTable shows the loads of n sessions.
func (m *measurements) loadTable(n int) {
	fmt.Fprintf(m.out, "\n%d sessions, each with 10 deltas in and 10 appends out per second, of %d bytes of PCM\n", n, pcmBytes)
	w := m.table(tabwriter.AlignRight)
	fmt.Fprint(w, "\tCPU\twaited\tus/s/session\tx floor\tp50 ms\tp99 ms\tmax ms\tHeap MiB\tRSS MiB\tserver CPU\t\t\n")
	for _, c := range m.chosen {
		if c.raw {
			continue
		}
		r, ok := m.find(load, c.name, n)
		if !ok {
			fmt.Fprintf(w, "%s\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\tfailed with less\t\n", c.name)
			continue
		}
		note := "all delivered"
		if !r.allDelivered() {
			note = fmt.Sprintf("FAILED: %d of %d delivered, %d sent", r.client.Delivered, r.job.Sessions*r.job.Messages, r.client.Sent)
		}
		fmt.Fprintf(w, "%s\t%.0f %%\t%.0f %%\t%.0f\t%s\t%s\t%s\t%s\t%.0f\t%.0f\t%.0f %%\t%s\t\n", c.name,
			r.percent(r.client.CPU), r.percent(r.client.Waited), r.cpuPerSession(), m.timesFloor(r),
			ms(r.client.P50), ms(r.client.P99), ms(r.client.Max), mib(r.client.Heap), mib(r.client.RSS),
			100*r.server.CPU.Seconds()/(r.job.Warm+r.job.Window).Seconds(), note)
	}
	w.Flush()
	if least := m.leastWaited(n); least > busy {
		fmt.Fprintf(m.out, "BUSY MACHINE: every client waited %.0f %% of the time or more for its processor, so the latencies say little\n", least)
	}
}

// busy is the percentage of the window from which on waiting spoils latencies.
const busy = 20

// leastWaited is the least percentage that a client of n sessions waited.
func (m *measurements) leastWaited(n int) float64 {
	least := math.Inf(1)
	for _, r := range m.results {
		if r.job.Kind == load && r.job.Sessions == n {
			least = min(least, r.percent(r.client.Waited))
		}
	}
	return least
}

// percent is a share of the window.
func (r result) percent(d time.Duration) float64 { return 100 * d.Seconds() / r.job.Window.Seconds() }

// cpuPerSession is in microseconds per second.
func (r result) cpuPerSession() float64 {
	return float64(r.client.CPU.Microseconds()) / r.job.Window.Seconds() / float64(r.job.Sessions)
}

func (m *measurements) timesFloor(r result) string {
	floor, ok := m.find(load, "floor", r.job.Sessions)
	if !ok {
		return "-"
	}
	return fmt.Sprintf("%.2f", r.cpuPerSession()/floor.cpuPerSession())
}

func (m *measurements) largestTable() {
	fmt.Fprintf(m.out, "\nlargest number of sessions on one processor, all delivered with a p99 below %v, within %.0f %%\n", heldLatency, 100*(resolution-1))
	w := m.table(tabwriter.AlignRight)
	fmt.Fprint(w, "\tsessions\tx naive\t\n")
	for _, c := range m.chosen {
		if n, ok := m.largest[c.name]; ok {
			fmt.Fprintf(w, "%s\t%d\t%s\t\n", c.name, n, ratio(float64(n), float64(m.largest["naive"])))
		}
	}
	w.Flush()
}

func (m *measurements) idleTable() {
	fmt.Fprintf(m.out, "\none of %s idle sessions, after a session.updated of %d bytes, with one goroutine of the application that receives\n", m.idleCount(), len(updatedEvent))
	w := m.table(tabwriter.AlignRight)
	fmt.Fprint(w, "\theap KiB\tstack KiB\tRSS KiB\tgoroutines\t\n")
	for _, c := range m.chosen {
		if r, ok := m.find(idle, c.name, 0); ok {
			fmt.Fprintf(w, "%s\t%.1f\t%.1f\t%.1f\t%.2f\t\n", c.name, kib(r.client.Heap), kib(r.client.Stack), kib(r.client.RSS), r.client.Goroutine)
		}
	}
	w.Flush()
}

func (m *measurements) idleCount() string {
	for _, r := range m.results {
		if r.job.Kind == idle {
			return fmt.Sprint(r.job.Sessions - idleBefore)
		}
	}
	return "no"
}

func (m *measurements) blastTable() {
	fmt.Fprintln(m.out, "\none delta of one connection that always has one to read; \"before decode\" is without what decoding takes alone")
	w := m.table(tabwriter.AlignRight)
	fmt.Fprint(w, "\tus\tallocs\tbytes\tbefore decode us\tx readmessage\t\n")
	for _, c := range m.chosen {
		r, ok := m.find(blast, c.name, 0)
		if !ok {
			continue
		}
		than, _ := m.find(blast, "readmessage", 0)
		before := "-"
		if c.raw || c.decode != nil {
			before = us(r.beforeDecode())
		}
		fmt.Fprintf(w, "%s\t%s\t%.2f\t%.0f\t%s\t%s\t\n", c.name, us(r.client.CPU), r.client.Allocs, r.client.Bytes, before,
			ratio(float64(r.client.CPU), float64(than.client.CPU)))
	}
	w.Flush()
}

func (r result) beforeDecode() time.Duration { return r.client.CPU - r.client.Decode }

func (m *measurements) appendTable() {
	fmt.Fprintln(m.out, "\none append of 12000 bytes of PCM")
	w := m.table(tabwriter.AlignRight)
	fmt.Fprint(w, "\tus\tallocs\tbytes\tframes\twrites\t\n")
	for _, c := range m.chosen {
		if r, ok := m.find(appends, c.name, 0); ok {
			fmt.Fprintf(w, "%s\t%s\t%.2f\t%.0f\t%.2f\t%.2f\t\n", c.name, us(r.client.CPU), r.client.Allocs, r.client.Bytes, r.frames(), r.writes())
		}
	}
	w.Flush()
}

func (r result) frames() float64 { return float64(r.server.Frames) / float64(r.server.Messages) }

// writes leaves out the first tenth, as everything of the client does.
func (r result) writes() float64 {
	return float64(r.client.Writes) / float64(r.client.Sent-r.client.Sent/10)
}

// judge shows what became of the goals.
func (m *measurements) judge() {
	fmt.Fprintln(m.out, "\ngoals")
	w := m.table(0)
	for _, g := range goals {
		value, measured := g.Value(m)
		verdict := "met"
		switch {
		case !measured:
			fmt.Fprintf(w, "%s\t-\tnot measured\n", g)
			continue
		case !g.met(value):
			verdict = "NOT MET"
		}
		fmt.Fprintf(w, "%s\t%.3g\t%s\n", g, value, verdict)
	}
	w.Flush()
}

func ratio(a, b float64) string {
	if b == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", a/b)
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d)/1e6) }
func us(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d)/1e3) }
func mib(n int64) float64       { return float64(n) / (1 << 20) }
func kib(n int64) float64       { return float64(n) / (1 << 10) }
