package eventlog

import (
	"bytes"
	"testing"
	"time"

	"coroscope/coro"
	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

func TestRecorderWritesWhatReadersWrite(t *testing.T) {
	var got bytes.Buffer
	r := NewRecorder(time.Now(), func(ev timeline.Event) {
		ev.T = 0
		if err := Write(&got, ev); err != nil {
			t.Error(err)
		}
	})
	c := &coro.Info{ID: 3, Name: "fetch", Created: coro.Place{File: "/src/main.go", Line: 7}}
	s := coro.Suspension{Kind: coro.OnSleep, Label: "dns", State: 2, Place: coro.Place{File: "/src/fetch.go", Line: 41}}
	stackful := coro.Suspension{Kind: coro.OnTurn, State: coro.NoState}
	r.Spawn(c)
	r.Ready(c, coro.Cause{What: "spawn"})
	r.Resume(c, coro.Suspension{State: coro.NoState}, true, nil)
	r.Suspend(c, s)
	r.Resume(c, s, false, nil)
	r.Suspend(c, stackful)
	r.End(c, coro.Outcome{})
	want := `{"t_ns":0,"event":"spawn","coroutine":"fetch","id":3,"on":"","state":null,"at":"main.go:7"}
{"t_ns":0,"event":"ready","coroutine":"fetch","id":3,"on":"","state":null,"at":null}
{"t_ns":0,"event":"resume","coroutine":"fetch","id":3,"on":"","state":null,"at":null}
{"t_ns":0,"event":"suspend","coroutine":"fetch","id":3,"on":"await sleep dns","state":2,"at":"fetch.go:41"}
{"t_ns":0,"event":"resume","coroutine":"fetch","id":3,"on":"await sleep dns","state":2,"at":"fetch.go:41"}
{"t_ns":0,"event":"suspend","coroutine":"fetch","id":3,"on":"await turn","state":null,"at":null}
{"t_ns":0,"event":"end","coroutine":"fetch","id":3,"on":"","state":null,"at":null}
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A teller notes its name and each call.
type teller struct {
	name string
	to   *[]string
}

func (t teller) told(what string) { *t.to = append(*t.to, t.name+" "+what) }

func (t teller) Spawn(*coro.Info)                                      { t.told("spawn") }
func (t teller) Ready(*coro.Info, coro.Cause)                          { t.told("ready") }
func (t teller) Resume(*coro.Info, coro.Suspension, bool, error)       { t.told("resume") }
func (t teller) Suspend(*coro.Info, coro.Suspension)                   { t.told("suspend") }
func (t teller) End(*coro.Info, coro.Outcome)                          { t.told("end") }
func (t teller) Timer(*coro.Info, string, coro.TimerOp, time.Duration) { t.told("timer") }
func (t teller) Turn(*coro.Loop, uint64, int, int)                     { t.told("turn") }
func (t teller) Idle(*coro.Loop, time.Duration)                        { t.told("idle") }
func (t teller) Busy(*coro.Loop)                                       { t.told("busy") }
func (t teller) Slow(*coro.Loop, coro.SlowStep)                        { t.told("slow") }
func (t teller) Run(*coro.Loop, bool)                                  { t.told("run") }
func (t teller) Attach(*coro.Loop, []coro.TaskState)                   { t.told("attach") }
func (t teller) Detach(*coro.Loop, []coro.TaskState)                   { t.told("detach") }

func TestTeeTellsBothInOrder(t *testing.T) {
	var got, want []string
	tee := NewTee(teller{"a", &got}, teller{"b", &got})
	for _, call := range []struct {
		what string
		do   func()
	}{
		{"spawn", func() { tee.Spawn(nil) }},
		{"ready", func() { tee.Ready(nil, coro.Cause{}) }},
		{"resume", func() { tee.Resume(nil, coro.Suspension{}, false, nil) }},
		{"suspend", func() { tee.Suspend(nil, coro.Suspension{}) }},
		{"end", func() { tee.End(nil, coro.Outcome{}) }},
		{"timer", func() { tee.Timer(nil, "", coro.TimerSet, 0) }},
		{"turn", func() { tee.Turn(nil, 0, 0, 0) }},
		{"idle", func() { tee.Idle(nil, 0) }},
		{"busy", func() { tee.Busy(nil) }},
		{"slow", func() { tee.Slow(nil, coro.SlowStep{}) }},
		{"run", func() { tee.Run(nil, true) }},
		{"attach", func() { tee.Attach(nil, nil) }},
		{"detach", func() { tee.Detach(nil, nil) }},
	} {
		call.do()
		want = append(want, "a "+call.what, "b "+call.what)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

type gated struct {
	teller
	epoch uint64
}

func (g gated) Epoch() uint64 { return g.epoch }

func TestTeeIsAGateIfTheFirstIs(t *testing.T) {
	var calls []string
	plain := teller{"b", &calls}
	if g, ok := NewTee(gated{plain, 7}, plain).(coro.Gate); !ok || g.Epoch() != 7 {
		t.Errorf("a tee of a gate: %v, %v; want its epoch", g, ok)
	}
	if _, ok := NewTee(plain, gated{plain, 7}).(coro.Gate); ok {
		t.Error("a tee whose first observer is no gate is one")
	}
}
