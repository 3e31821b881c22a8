package timeline_test

// This file tests what is read from recorded traces of programs that are
// nothing to do with this package, but for two of them. The programs stand in
// testdata/foreign beside their traces and what is read from these.
//
//	go test ./trace/timeline -run Recorded -update   writes anew what is read
//	go test ./trace/timeline -run Recorded -record   records the traces anew, too

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var rerecord = flag.Bool("record", false, "run the programs in testdata/foreign, and rewrite their traces and golden files")

// eachRecorded runs f for each recorded trace.
func eachRecorded(t *testing.T, f func(t *testing.T, base string, data []byte)) {
	programs, err := filepath.Glob(filepath.Join("testdata", "foreign", "*.go"))
	if err != nil || len(programs) == 0 {
		t.Fatalf("no programs in testdata/foreign (%v)", err)
	}
	for _, program := range programs {
		base := strings.TrimSuffix(program, ".go")
		t.Run(filepath.Base(base), func(t *testing.T) {
			data, err := os.ReadFile(base + ".trace")
			if err != nil {
				t.Fatalf("%v; to record it: go test ./trace/timeline -run Recorded -record", err)
			}
			f(t, base, data)
		})
	}
}

// recorded returns the recorded traces.
func recorded(tb testing.TB) [][]byte {
	files, err := filepath.Glob(filepath.Join("testdata", "foreign", "*.trace"))
	if err != nil || len(files) == 0 {
		tb.Fatalf("no traces in testdata/foreign (%v)", err)
	}
	traces := make([][]byte, len(files))
	for i, file := range files {
		if traces[i], err = os.ReadFile(file); err != nil {
			tb.Fatal(err)
		}
	}
	return traces
}

// Of each recorded trace the summary for programs and the texts for people are
// as they were.
func TestRecorded(t *testing.T) {
	if *rerecord {
		record := func(program string) {
			// -trimpath leaves out where the program was built.
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, "go", "run", "-trimpath", program)
			cmd.WaitDelay = time.Second
			cmd.Stderr = os.Stderr
			data, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v: %v", cmd, err)
			}
			if err := os.WriteFile(strings.TrimSuffix(program, ".go")+".trace", data, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		programs, err := filepath.Glob(filepath.Join("testdata", "foreign", "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, program := range programs {
			record(program)
		}
	}
	eachRecorded(t, func(t *testing.T, base string, data []byte) {
		tl := read(t, data, timeline.Options{Full: true, Goroutines: true})
		if len(tl.Lost) > 0 {
			t.Errorf("lost: %q", tl.Lost)
		}
		sum := tl.Summary()
		lists, err := json.MarshalIndent(map[string]any{"pulls": sum.Pulls, "goroutines": sum.Goroutines}, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		if err := timeline.WriteSummary(&text, tl, 120, false); err != nil {
			t.Fatal(err)
		}
		text.WriteByte('\n')
		if err := timeline.WriteGoroutines(&text, tl, 120, false); err != nil {
			t.Fatal(err)
		}
		golden(t, base+".txtar", &txtar.Archive{Files: []txtar.File{
			{Name: "text", Data: text.Bytes()},
			{Name: "json", Data: append(lists, '\n')},
		}})
	})
}

// golden compares an archive with a file.
func golden(t *testing.T, name string, got *txtar.Archive) {
	t.Helper()
	if *update || *rerecord {
		if err := os.WriteFile(name, txtar.Format(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatalf("%v; to write it: go test ./trace/timeline -run %s -update", err, t.Name())
	}
	if diff := cmp.Diff(want.Files, got.Files, cmp.Transformer("text", func(b []byte) string { return string(b) })); diff != "" {
		t.Errorf("%s (-want +got):\n%s\nto rewrite it: go test ./trace/timeline -run %s -update", name, diff, t.Name())
	}
}

// wireEvent matches an event that a coroutine of iter.Pull consists of, as go
// tool trace -d=wire prints it, and the goroutine that is made or switched to.
var wireEvent = regexp.MustCompile(`(?m)^(GoCreateBlocked|GoSwitch|GoSwitchDestroy) .*?\b(?:new_g|g)=(\d+)`)

// What is read of coroutines is what the trace's bytes say.
func TestRecordedWire(t *testing.T) {
	eachRecorded(t, func(t *testing.T, base string, data []byte) {
		wire, err := exec.Command("go", "tool", "trace", "-d=wire", base+".trace").Output()
		if err != nil {
			t.Skipf("cannot run go tool trace -d=wire: %v", err)
		}
		made, switches, ended := map[int64]bool{}, map[int64]int{}, 0
		for _, m := range wireEvent.FindAllStringSubmatch(string(wire), -1) {
			g, err := strconv.ParseInt(m[2], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			switch m[1] {
			case "GoCreateBlocked":
				made[g] = true
				continue
			case "GoSwitchDestroy":
				ended++
			}
			switches[g]++
		}
		tl := read(t, data, timeline.Options{Goroutines: true})
		count := 0 // of coroutines that were made in the trace
		done := 0
		for _, p := range tl.Pulls {
			if p.Switches != switches[p.Goroutine] {
				t.Errorf("goroutine %d: switched to %d times, in the trace's bytes %d", p.Goroutine, p.Switches, switches[p.Goroutine])
			}
			if p.Older == made[p.Goroutine] {
				t.Errorf("goroutine %d: older than the trace: %v; made in it: %v", p.Goroutine, p.Older, made[p.Goroutine])
			}
			if !p.Older {
				count++
			}
			if p.Status == timeline.Done {
				done++
			}
		}
		for _, g := range tl.Goroutines {
			if g.Holder && made[g.ID] { // of a coroutine that is told of
				count++
				if !g.Alive {
					done++
				}
			}
		}
		if count != len(made) || done != ended {
			t.Errorf("%d coroutines were made and %d ended, in the trace's bytes %d and %d", count, done, len(made), ended)
		}
	})
}

// In each trace the time of a coroutine is that from its creation to its end.
func TestRecordedTimes(t *testing.T) {
	eachRecorded(t, func(t *testing.T, base string, data []byte) {
		tl := read(t, data, timeline.Options{Full: true, Goroutines: true})
		for _, p := range tl.Pulls {
			if p.Run+p.Runnable+p.Blocked()+p.Suspended != p.Ended-p.Created {
				t.Errorf("goroutine %d: ran %v, was ready %v, blocked %v, and suspended %v of %v",
					p.Goroutine, p.Run, p.Runnable, p.Blocked(), p.Suspended, p.Ended-p.Created)
			}
			var runs int64
			for _, r := range p.Runs {
				runs += int64(r.Len())
			}
			for _, k := range p.Blocks {
				runs -= int64(k.Len())
			}
			if runs != int64(p.Run) {
				t.Errorf("goroutine %d: ran %v, its runs are %dns", p.Goroutine, p.Run, runs)
			}
		}
		for _, g := range tl.Goroutines {
			if sum := g.Running + g.Runnable + g.Syscall + g.Waiting(); sum != g.Ended-g.Created {
				t.Errorf("goroutine %d: lived for %v, accounted for %v", g.ID, g.Ended-g.Created, sum)
			}
		}
	})
}
