// Package live has what the programs share that measure live connections: processes on a processor of their own, what
// they have used, latencies, and frames by hand.
package live
