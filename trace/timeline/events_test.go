package timeline_test

// This file tests what Events and Identify find in real traces.

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"coroscope/trace/timeline"

	"github.com/google/go-cmp/cmp"
)

// lines returns the events in short.
func lines(t testing.TB, data []byte) []string {
	t.Helper()
	var out []string
	lost, err := timeline.Events(bytes.NewReader(data), func(e timeline.Event) error {
		out = append(out, strings.TrimRight(strings.Join([]string{e.Kind, e.Coroutine, e.On, e.At}, " "), " "))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lost {
		out = append(out, "lost: "+l)
	}
	return out
}

func TestEvents(t *testing.T) {
	want := []string{
		"spawn guest  bar.go:10",
		"ready guest",
		"resume guest",
		"spawn baker  bar.go:20",
		"ready baker",
		"suspend guest await lock oven bar.go:44",
		"resume baker",
		"suspend baker await sleep bake bar.go:60",
		"ready baker",
		"resume baker await sleep bake bar.go:60",
		"ready guest",
		"end baker",
		"resume guest await lock oven bar.go:44",
		"end guest",
	}
	if diff := cmp.Diff(want, lines(t, bar(t))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEventFields(t *testing.T) {
	var got []timeline.Event
	if _, err := timeline.Events(bytes.NewReader(bar(t)), func(e timeline.Event) error {
		got = append(got, e)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if e := got[3]; e.By != "guest#1" || e.Func != "main.baker" || e.Shape != "statemachine" || e.ID != 2 {
		t.Errorf("spawn of baker: %+v", e)
	}
	if e := got[5]; e.State == nil || *e.State != 2 {
		t.Errorf("suspend of guest: %+v", e)
	}
	if e := got[2]; !e.Start || e.State != nil {
		t.Errorf("start of guest: %+v", e)
	}
	if e := got[8]; e.Cause != "timer" || e.By != "" {
		t.Errorf("ready of baker: %+v", e)
	}
	if e := got[11]; e.Outcome != "failed" || e.Detail != "burned" {
		t.Errorf("end of baker: %+v", e)
	}
	for i := range got {
		if i > 0 && got[i].T < got[i-1].T {
			t.Errorf("event %d is at %v, before the one before it at %v", i, got[i].T, got[i-1].T)
		}
	}
}

func TestEventJSON(t *testing.T) {
	state := 2
	for _, c := range []struct {
		event timeline.Event
		want  string
	}{
		{timeline.Event{T: 1500, Kind: "suspend", Coroutine: "guest", ID: 1, On: "await lock oven", State: &state, At: "bar.go:44", Detail: "x"},
			`{"t_ns":1500,"event":"suspend","coroutine":"guest","id":1,"on":"await lock oven","state":2,"at":"bar.go:44"}`},
		{timeline.Event{Kind: "ready", Coroutine: "guest", ID: 1},
			`{"t_ns":0,"event":"ready","coroutine":"guest","id":1,"on":"","state":null,"at":null}`},
	} {
		got, err := json.Marshal(c.event)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestEventsStop(t *testing.T) {
	stop := errors.New("enough")
	n := 0
	_, err := timeline.Events(bytes.NewReader(bar(t)), func(timeline.Event) error {
		n++
		return stop
	})
	if err != stop || n != 1 {
		t.Errorf("got %v after %d events, want fn's error after one", err, n)
	}
}

func TestIdentify(t *testing.T) {
	if ok, err := timeline.Identify(bytes.NewReader(bar(t))); !ok || err != nil {
		t.Errorf("Identify: %v, %v", ok, err)
	}
}
