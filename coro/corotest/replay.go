package corotest

// This file defines the replay of one order, and what is shown of it.

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"coroscope/coro"
	cotrace "coroscope/trace"
	"coroscope/trace/timeline"
)

// replayVariable is the environment variable that has a test replay one order.
const replayVariable = "CORO_REPLAY"

// A replay says which order is played again.
type replay struct {
	seed   uint64
	seeded bool
	order  order
	number int // which one of those that were tried; 0 if it was asked for
}

// String returns it in the form that parseReplay reads.
func (r replay) String() string {
	if r.seeded {
		return "seed:" + strconv.FormatUint(r.seed, 10)
	}
	return "order:" + r.order.String()
}

func parseReplay(s string) (r replay, err error) {
	if text, ok := strings.CutPrefix(s, "order:"); ok {
		r.order, err = parseOrder(text)
		return r, err
	}
	text, ok := strings.CutPrefix(s, "seed:")
	r.seed, err = strconv.ParseUint(text, 10, 64)
	if r.seeded = true; !ok || err != nil {
		return r, fmt.Errorf("%q is neither seed:NUMBER nor order:CHOICES; a failing test prints what to set", s)
	}
	return r, nil
}

func (r replay) player() *player {
	if r.seeded {
		return &player{rng: seeded(r.seed)}
	}
	return &player{order: r.order}
}

// replaying is held by who replays: there is one execution trace in a process.
var replaying sync.Mutex

// replay runs the test once more, as a subtest, and shows what happens in it.
// It was found to fail by the probe, if that is not nil.
func (s *session) replay(r replay, found *probe) {
	s.t.Helper()
	replaying.Lock()
	defer replaying.Unlock()
	p := r.player()
	var steps listing
	var tr tracing
	failed := !s.t.Run(r.String(), func(t *testing.T) {
		var opts []coro.LoopOption
		if tr.start(); tr.err == nil {
			opts = append(opts, cotrace.Loop())
		}
		opts = append(opts, steps.listen(p))
		defer func() {
			tr.stop()
			t.Log(s.report(t, r, p, &steps, &tr))
			if why := p.misfit(); why != "" {
				t.Errorf("the test has no such order: %s.\nEither it is another test's (run one only, with -run), or the test has changed since. Or: %s", why, undetermined)
			}
		}()
		s.play(t, p, opts...)
	})
	if found != nil && !failed {
		s.t.Errorf("%s failed, and did not when it was run again.\n%s\nThe first time it said:\n%s", r, undetermined, found.message())
	}
}

// report is what is shown of a replay.
func (s *session) report(t testing.TB, r replay, p *player, steps *listing, tr *tracing) string {
	var b strings.Builder
	switch {
	case r.seeded:
		fmt.Fprintf(&b, "seed %d", r.seed)
	case len(r.order) == 0:
		b.WriteString("the loop's own order, first come, first served")
	default:
		fmt.Fprintf(&b, "order %s", r.order)
	}
	if r.number > 0 {
		fmt.Fprintf(&b, ", number %d of those tried", r.number)
	}
	fmt.Fprintf(&b, "\n\nsteps, each with its turn and the loop's time; * is not first come, first served:\n%s", steps)
	b.WriteString(tr.show(t))
	fmt.Fprintf(&b, "\nagain: %s='%s' go test -run '%s' %s\n", replayVariable, r, runPattern(s.t.Name()), packageOf(s.test))
	return b.String()
}

// runPattern returns the -run that selects one test.
func runPattern(name string) string {
	var parts []string
	for part := range strings.SplitSeq(name, "/") {
		parts = append(parts, "^"+regexp.QuoteMeta(part)+"$")
	}
	return strings.Join(parts, "/")
}

// packageOf returns the import path of the package that a test stands in.
func packageOf(test Test) string {
	name := runtime.FuncForPC(reflect.ValueOf(test).Pointer()).Name()
	slash := strings.LastIndexByte(name, '/') + 1
	pkg, _, _ := strings.Cut(name[slash:], ".")
	return name[:slash] + strings.TrimSuffix(pkg, "_test")
}

// tracing is the execution trace of a replay.
type tracing struct {
	buf bytes.Buffer
	err error // why there is none
}

func (tr *tracing) start() { tr.err = cotrace.Start(&tr.buf) }

func (tr *tracing) stop() {
	if tr.err == nil {
		cotrace.Stop()
	}
}

// show writes the trace to a file, and returns its timeline.
func (tr *tracing) show(t testing.TB) string {
	if tr.err != nil {
		return fmt.Sprintf("\nno trace was written: %v\n", tr.err)
	}
	file, err := tr.save(t)
	if err != nil {
		return fmt.Sprintf("\nno trace was written: %v\n", err)
	}
	var b strings.Builder
	b.WriteString("\ntimeline, by the clock on the wall:\n\n")
	tl, err := timeline.Read(&tr.buf, timeline.Options{Full: true})
	if err == nil {
		err = timeline.WriteTimeline(&b, tl, 100, false)
	}
	if err != nil {
		fmt.Fprintf(&b, "%v\n", err)
	}
	fmt.Fprintf(&b, "\ntrace: %s (coroscope open, events, timeline)\n", file)
	return b.String()
}

// save writes the trace among the test's artifacts, if these are kept, or into
// the directory for temporary files.
func (tr *tracing) save(t testing.TB) (string, error) {
	dir := ""
	if artifactsAreKept() {
		dir = t.ArtifactDir()
	}
	f, err := os.CreateTemp(dir, "corotest-*.trace")
	if err != nil {
		return "", err
	}
	_, err = f.Write(tr.buf.Bytes())
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return f.Name(), err
}
