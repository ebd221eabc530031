package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
)

func (m *measurements) heading() {
	fmt.Fprintf(m.out, "%s %s/%s; the bridge, and the callers with the service, are processes on a processor of their own, ws over TCP and RTP over UDP of the loopback\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		fmt.Fprintf(m.out, "load of the machine before: %s\n", strings.Join(strings.Fields(string(load))[:3], " "))
	}
	fmt.Fprintln(m.out)
	w := tabwriter.NewWriter(m.out, 0, 0, 2, ' ', 0)
	for _, line := range about {
		fmt.Fprintf(w, "%s\t%s\n", line[0], line[1])
	}
	w.Flush()
}

// busy is the percentage of the time from which on waiting spoils latencies.
const busy = 20

// table shows what was measured of n calls.
func (m *measurements) table(n int, chosen []entry) {
	fmt.Fprintf(m.out, "\n%d calls, each with 50 packets in and 10 deltas out per second\n", n)
	w := tabwriter.NewWriter(m.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "\tCPU\twaited\tus/s/call\tuser\tx naive\tx floor\tx twilio\tcalls/core\tin p50 ms\tp99\tout p50\tp99\tallocs\twrites\tKiB\tRSS KiB\tpeer CPU\t\n")
	waited := 100.0
	for _, e := range chosen {
		r, ok := m.find(e, n)
		if !ok {
			continue
		}
		waited = min(waited, r.percent(r.bridge.Waited))
		note := "all delivered"
		if !r.allDelivered() {
			note = fmt.Sprintf("BEHIND: %d of %d packets, %d of %d deltas, %d wrong %s", r.peer.Heard, r.job.Calls*r.job.Packets, r.peer.Played, r.job.Calls*r.job.Packets/perDelta, r.peer.Wrong, r.peer.Err)
		}
		writes := "-" // packets leave every 20 ms in any case
		if e.network != "sip" {
			writes = fmt.Sprintf("%.2f", r.writes())
		}
		fmt.Fprintf(w, "%s\t%.0f %%\t%.0f %%\t%.0f\t%.0f\t%s\t%s\t%s\t%.0f\t%s\t%s\t%s\t%s\t%.2f\t%s\t%d\t%d\t%.0f %%\t  %s\n", e,
			r.percent(r.bridge.CPU), r.percent(r.bridge.Waited), r.cpu(), r.user(),
			m.times(r, entry{e.network, "naive", 1}), m.times(r, entry{e.network, "floor", e.coalesced}), m.times(r, entry{"twilio", e.contender, e.coalesced}), 1e6/r.cpu(),
			ms(r.peer.In.P50), ms(r.peer.In.P99), ms(r.peer.Out.P50), ms(r.peer.Out.P99),
			r.allocs(), writes, r.bridge.Memory/1024, r.bridge.RSS/1024,
			100*r.peer.CPU.Seconds()/(r.job.Warm+r.job.Window).Seconds(), note)
	}
	w.Flush()
	if waited > busy {
		fmt.Fprintf(m.out, "BUSY MACHINE: every bridge waited %.0f %% of the time or more for its processor, so the latencies say little\n", waited)
	}
}

// percent is a share of the time that was measured.
func (r result) percent(d time.Duration) float64 {
	return 100 * d.Seconds() / r.bridge.Lasted.Seconds()
}

// times is processor time relative to that of another entry.
func (m *measurements) times(r result, other entry) string {
	o, ok := m.find(other, r.job.Calls)
	if !ok {
		return "-"
	}
	return fmt.Sprintf("%.2f", r.cpu()/o.cpu())
}

// judge shows what became of the goals.
func (m *measurements) judge() {
	fmt.Fprintln(m.out, "\ngoals")
	w := tabwriter.NewWriter(m.out, 0, 0, 2, ' ', 0)
	for _, network := range []string{"twilio", "acs"} {
		for _, n := range m.sizes {
			for _, g := range goalsOf(network, n) {
				value, measured := g.Value(m)
				verdict := "met"
				switch {
				case !measured:
					fmt.Fprintf(w, "%s\t-\tnot measured\n", g)
					continue
				case value > g.Bound:
					verdict = "NOT MET"
				}
				fmt.Fprintf(w, "%s\t%.3g\t%s\n", g, value, verdict)
			}
		}
	}
	w.Flush()
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d)/1e6) }
