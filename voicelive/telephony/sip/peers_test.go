//go:build peers

package sip

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// A softphone is a baresip whose microphone is a WAV file. It records what it says and what it hears.
type softphone struct {
	t       *testing.T
	dir     string
	address string
	console net.Conn
	log     bytes.Buffer
	done    chan error
	process *os.Process
}

// The ports of peers are below those that the system gives to others; baresip takes the next one as well.
var nextPort atomic.Int32

// freePort returns a UDP and TCP address of the loopback that nobody has.
func freePort(t *testing.T) string {
	t.Helper()
	for range 1000 {
		address := fmt.Sprintf("127.0.0.1:%d", 20000+2*(os.Getpid()+int(nextPort.Add(1)))%10000)
		stream, err := net.Listen("tcp", address)
		if err != nil {
			continue
		}
		stream.Close()
		packets, err := net.ListenPacket("udp", address)
		if err != nil {
			continue
		}
		packets.Close()
		return address
	}
	t.Fatal("no port is free")
	return ""
}

// newSoftphone starts baresip, with the account parameters that follow its address.
func newSoftphone(t *testing.T, account string, said []byte) *softphone {
	t.Helper()
	p := &softphone{t: t, dir: t.TempDir(), address: freePort(t), done: make(chan error, 1)}
	console := freePort(t)
	wav := new(bytes.Buffer)
	w, err := audio.NewWriter(wav, leg.PCM8kHz)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(said)
	p.write("said.wav", wav.String())
	p.write("contacts", "")
	p.write("accounts", fmt.Sprintf("<sip:bob@%s>;regint=0;%s\n", p.address, account))
	p.write("config", strings.Join([]string{
		"module_path /usr/lib/baresip/modules",
		"module g711.so", "module account.so", "module aufile.so", "module sndfile.so", "module cons.so", "module_app menu.so",
		"cons_listen " + console, "sip_listen " + p.address, "snd_path " + p.dir,
		"audio_source aufile," + filepath.Join(p.dir, "said.wav"), "ausrc_srate 8000", "auplay_srate 8000",
		"rtp_timeout 60", "",
	}, "\n"))
	command := exec.Command("baresip", "-f", p.dir)
	command.Stdout, command.Stderr = &p.log, &p.log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	p.process = command.Process
	go func() { p.done <- command.Wait() }()
	t.Cleanup(p.quit)
	for end := time.Now().Add(limit); ; time.Sleep(20 * time.Millisecond) {
		if p.console, err = net.Dial("tcp", console); err == nil {
			return p
		}
		if time.Now().After(end) {
			t.Fatalf("baresip does not listen: %v", err)
		}
	}
}

func (p *softphone) write(name, text string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// do types a command, or keys.
func (p *softphone) do(command string) {
	p.t.Helper()
	if _, err := io.WriteString(p.console, command); err != nil {
		p.t.Error(err)
	}
}

func (p *softphone) quit() {
	if p.process == nil {
		return
	}
	p.process.Signal(os.Interrupt)
	select {
	case <-p.done:
	case <-time.After(limit):
		p.process.Kill()
		<-p.done
	}
	p.process = nil
	if p.console != nil {
		p.console.Close()
	}
	if p.t.Failed() {
		p.t.Logf("baresip printed:\n%s", p.log.String())
	}
}

// recorded ends baresip and returns the PCM that it said, enc, or heard, dec, in its latest call.
func (p *softphone) recorded(which string) []byte {
	p.t.Helper()
	p.quit()
	files, err := filepath.Glob(filepath.Join(p.dir, "dump-*-"+which+".wav"))
	if err != nil || len(files) == 0 {
		p.t.Fatalf("baresip has recorded nothing: %v", err)
	}
	f, err := os.Open(files[len(files)-1])
	if err != nil {
		p.t.Fatal(err)
	}
	defer f.Close()
	r, err := audio.NewReader(f)
	if err != nil {
		p.t.Fatal(err)
	}
	pcm, err := io.ReadAll(r)
	if err != nil {
		p.t.Fatal(err)
	}
	return pcm
}

// speech returns PCM at 8 kHz that sounds like nothing else in it, and is loud enough to be speech.
func speech(d time.Duration) []byte {
	var pcm []byte
	x := uint32(12345)
	for range leg.PCM8kHz.Bytes(d) / 2 {
		x = x*1664525 + 1013904223
		pcm = binary.LittleEndian.AppendUint16(pcm, uint16(int16(x>>16)/4))
	}
	return pcm
}

// sounds reports whether PCM contains other PCM, sample by sample. The tables of baresip differ from others by one step of
// some codes.
func sounds(heard, want []byte) bool {
	for at := 0; at+len(want) <= len(heard); at += 2 {
		if near(heard[at:], want) {
			return true
		}
	}
	return false
}

func near(heard, want []byte) bool {
	for i := 0; i < len(want); i += 2 {
		h, w := int(int16(binary.LittleEndian.Uint16(heard[i:]))), int(int16(binary.LittleEndian.Uint16(want[i:])))
		if max(h-w, w-h) > 8+max(w, -w)/16 {
			return false
		}
	}
	return true
}
