package main

import (
	"strings"
	"testing"
)

func BenchmarkDecode(b *testing.B) { benchmark(b, "decode/") }
func BenchmarkEncode(b *testing.B) { benchmark(b, "encode/") }

func benchmark(b *testing.B, kind string) {
	for _, c := range cases() {
		name, ok := strings.CutPrefix(c.Name, kind)
		if !ok {
			continue
		}
		b.Run(name, func(b *testing.B) {
			for _, contender := range c.Contenders {
				b.Run(contender.Name, func(b *testing.B) {
					b.SetBytes(int64(len(c.Input)))
					b.ReportAllocs()
					for b.Loop() {
						if err := contender.Func(); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}
