package trace_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime/trace"
	"strconv"
	"strings"
	"testing"
	"time"

	"coroscope/coro"
	cotrace "coroscope/trace"
	"coroscope/trace/protocol"

	xtrace "golang.org/x/exp/trace"
)

func TestScratchFR(t *testing.T) {
	if os.Getenv("FR") == "" {
		t.Skip()
	}
	busy, _ := strconv.Atoi(os.Getenv("BUSY"))
	for _, own := range []bool{false, true} {
		s := serve(t, cotrace.Loop(), quietly)
		s.do(func() {
			coro.Spawn(s.Loop, coro.Pull(walk(ms(1e7))), coro.Named("sleeper"))
			coro.Spawn(s.Loop, &walker{awaits: []coro.Await{ms(1e7)}}, coro.Named("machinesleeper"))
			coro.Spawn(s.Loop, coro.Pull(func(y *coro.Async) (int, error) {
				for {
					if err := coro.Wait(y, coro.Sleep(time.Duration(busy)*time.Microsecond)); err != nil {
						return 0, err
					}
				}
			}), coro.Named("busy"))
		})
		cfg := trace.FlightRecorderConfig{MinAge: 2 * time.Second}
		var fr interface {
			Start() error
			Stop()
			WriteTo(io.Writer) (int64, error)
		} = trace.NewFlightRecorder(cfg)
		if own {
			fr = cotrace.NewFlightRecorder(cfg)
		}
		fr.Start()
		idle(s.Loop)
		time.Sleep(7300 * time.Millisecond)
		var buf bytes.Buffer
		fr.WriteTo(&buf)
		fr.Stop()
		s.do(func() {})
		os.WriteFile(fmt.Sprintf("/tmp/tr/fr_%v_%d.trace", own, busy), buf.Bytes(), 0o666)
		r, _ := xtrace.NewReader(bytes.NewReader(buf.Bytes()))
		var first, last xtrace.Time
		unknown := map[xtrace.TaskID]bool{}
		known := map[xtrace.TaskID]string{}
		var epochs []string
		logsUnknown, logs := 0, 0
		n := 0
		for {
			ev, err := r.ReadEvent()
			if err != nil {
				if err != io.EOF {
					t.Error(err)
				}
				break
			}
			n++
			if first == 0 {
				first = ev.Time()
			}
			last = ev.Time()
			switch ev.Kind() {
			case xtrace.EventTaskBegin:
				known[ev.Task().ID] = ev.Task().Type
			case xtrace.EventLog:
				if l := ev.Log(); strings.HasPrefix(l.Message, "version") {
					epochs = append(epochs, fmt.Sprintf("%v at %v", l.Message, ev.Time().Sub(first)))
				} else if l.Category != protocol.CatTurn {
					logs++
					if known[l.Task] == "" {
						logsUnknown++
						unknown[l.Task] = true
					}
				}
			}
		}
		fmt.Printf("own=%v busy=%dus: %d bytes, %d events, window %v, epochs %q, tasks known %d unknown %d, logs %d of which %d in unknown tasks\n", own, busy, buf.Len(), n, last.Sub(first), epochs, len(known), len(unknown), logs, logsUnknown)
		s.close()
	}
}
