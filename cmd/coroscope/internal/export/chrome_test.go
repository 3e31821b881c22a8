package export

// This file reads the Trace Event Format back, as viewers do.

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A chromeEvent has the fields that are used, and no others.
type chromeEvent struct {
	Name  string                     `json:"name"`
	Cat   string                     `json:"cat"`
	Phase string                     `json:"ph"`
	PID   int                        `json:"pid"`
	TID   int                        `json:"tid"`
	TS    json.Number                `json:"ts"`
	Dur   json.Number                `json:"dur"`
	Color string                     `json:"cname"`
	Scope string                     `json:"s"`
	ID    int                        `json:"id"`
	Args  map[string]json.RawMessage `json:"args"`
}

// nanoseconds returns what a number of microseconds is, which must be exact.
func nanoseconds(t *testing.T, n json.Number) time.Duration {
	t.Helper()
	whole, frac, ok := strings.Cut(n.String(), ".")
	us, err := strconv.ParseInt(whole, 10, 64)
	ns, err2 := strconv.ParseInt(frac, 10, 64)
	if !ok || len(frac) != 3 || err != nil || err2 != nil || us < 0 {
		t.Fatalf("%s is not a number of microseconds with three decimals", n)
	}
	return time.Duration(us*1000 + ns)
}

// decodeChrome decodes a file, and checks what is common to all.
func decodeChrome(t *testing.T, data []byte) drawing {
	t.Helper()
	if i := bytes.IndexFunc(data, func(r rune) bool { return r != '\n' && (r < ' ' || r > '~') }); i >= 0 {
		t.Errorf("not ASCII at byte %d: %q", i, data[i])
	}
	var file struct {
		OtherData       map[string]string `json:"otherData"`
		DisplayTimeUnit string            `json:"displayTimeUnit"`
		TraceEvents     []chromeEvent     `json:"traceEvents"`
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&file); err != nil {
		t.Fatal(err)
	}
	if file.OtherData["format"] != "coroscope.chrome/1" || file.DisplayTimeUnit != "ns" {
		t.Errorf("header %q, %q", file.OtherData, file.DisplayTimeUnit)
	}

	var d drawing
	names := make(map[[2]int]string) // of processes, and of threads in them
	order := make(map[[2]int]int)
	byTrack := make(map[[2]int][]chromeEvent)
	for _, e := range file.TraceEvents {
		at := [2]int{e.PID, e.TID}
		switch e.Phase {
		case "M":
			value := string(e.Args["name"])
			if strings.HasSuffix(e.Name, "_sort_index") {
				n, err := strconv.Atoi(string(e.Args["sort_index"]))
				if err != nil {
					t.Fatal(err)
				}
				order[at] = n
				continue
			}
			var name string
			if err := json.Unmarshal([]byte(value), &name); err != nil || names[at] != "" {
				t.Fatalf("name %s of %v: %v", value, at, err)
			}
			names[at] = name
		case "X", "i", "s", "f":
			if names[at] == "" {
				t.Fatalf("%+v is on no track", e)
			}
			byTrack[at] = append(byTrack[at], e)
		default:
			t.Fatalf("event of phase %q", e.Phase)
		}
	}
	var tracks [][2]int
	for at := range names {
		if at[1] != 0 {
			tracks = append(tracks, at)
		}
	}
	slices.SortFunc(tracks, func(a, b [2]int) int {
		return cmp.Or(cmp.Compare(order[[2]int{a[0]}], order[[2]int{b[0]}]), cmp.Compare(order[a], order[b]))
	})
	from, to := make(map[int]string), make(map[int]string)
	for _, at := range tracks {
		track := names[[2]int{at[0]}] + " / " + names[at]
		d.Tracks = append(d.Tracks, track)
		c := chromeTrack{t: t, name: track, from: from, to: to}
		c.decode(byTrack[at])
		d.Slices = append(d.Slices, c.slices...)
		d.Instants = append(d.Instants, c.instants...)
	}
	for id, f := range from {
		if to[id] == "" {
			t.Errorf("arrow %d from %s leads nowhere", id, f)
		}
		d.Arrows = append(d.Arrows, f+" -> "+to[id])
	}
	if len(to) != len(from) {
		t.Errorf("%d arrows begin and %d end", len(from), len(to))
	}
	finish(&d)
	return d
}

// A chromeTrack decodes the events of a track.
type chromeTrack struct {
	t        *testing.T
	name     string
	slices   []drawn
	instants []drawn
	stack    []drawn        // the slices that are open
	from, to map[int]string // arrows
}

func (c *chromeTrack) decode(events []chromeEvent) {
	var instant drawn // the last one; an arrow begins there
	pending := 0      // the arrow that leads to the next slice
	for _, e := range events {
		at := nanoseconds(c.t, e.TS)
		switch e.Phase {
		case "X":
			d := drawn{Track: c.name, Cat: e.Cat, Start: at, End: at + nanoseconds(c.t, e.Dur), Args: c.args(e)}
			c.push(&d, e.Name)
			if pending != 0 {
				c.to[pending] = fmt.Sprintf("%s: %s %v", c.name, e.Cat, at)
				pending = 0
			}
		case "i":
			if e.Scope != "t" {
				c.t.Errorf("%s: an instant of scope %q", c.name, e.Scope)
			}
			instant = drawn{Track: c.name, Cat: e.Cat, Path: e.Name, Start: at, End: -1, Args: c.args(e)}
			c.instants = append(c.instants, instant)
		case "s":
			if instant.Start != at || instant.Cat != e.Cat || e.ID == 0 || c.from[e.ID] != "" {
				c.t.Errorf("%s: arrow %d begins at %v, after %v", c.name, e.ID, at, instant)
			}
			c.from[e.ID] = fmt.Sprintf("%s: %s %v", c.name, e.Cat, at)
		case "f":
			if e.ID == 0 || pending != 0 {
				c.t.Errorf("%s: arrow %d ends where arrow %d does", c.name, e.ID, pending)
			}
			pending = e.ID
		}
	}
	if pending != 0 {
		c.t.Errorf("%s: arrow %d leads to no slice", c.name, pending)
	}
}

// push adds a slice, which is in the last one that has not ended.
func (c *chromeTrack) push(d *drawn, name string) {
	for len(c.stack) > 0 {
		top := c.stack[len(c.stack)-1]
		if d.Start >= top.Start && d.End <= top.End && (d.Start < top.End || d.Cat != top.Cat && nests(top.Cat, d.Cat)) {
			break
		}
		if d.Start < top.End {
			c.t.Errorf("%s: %v overlaps %v", c.name, d, top)
		}
		c.stack = c.stack[:len(c.stack)-1]
	}
	d.Path = name
	if len(c.stack) > 0 {
		d.Path = c.stack[len(c.stack)-1].Path + " > " + name
	}
	c.stack = append(c.stack, *d)
	c.slices = append(c.slices, *d)
}

// nests reports whether slices of one category can have such of another in
// them. It matters where one of no length begins at the end of another.
func nests(outer, inner string) bool {
	switch outer {
	case "life":
		return inner == "run" || inner == "await" || inner == "ready"
	case "await":
		return inner == "ready"
	case "loop":
		return inner == "busy" || inner == "idle"
	case "busy":
		return inner == "turn" || inner == "step"
	case "turn":
		return inner == "step"
	}
	return false
}

func (c *chromeTrack) args(e chromeEvent) map[string]string {
	var all map[string]string
	for key, value := range e.Args {
		text := string(value)
		if strings.HasPrefix(text, `"`) {
			if err := json.Unmarshal(value, &text); err != nil {
				c.t.Fatal(err)
			}
		}
		if all == nil {
			all = make(map[string]string)
		}
		all[key] = text
	}
	return all
}

// finish sorts what has no order of its own.
func finish(d *drawing) {
	slices.SortStableFunc(d.Instants, func(a, b drawn) int {
		return cmp.Or(cmp.Compare(a.Track, b.Track), cmp.Compare(a.Start, b.Start), cmp.Compare(a.Path, b.Path))
	})
	slices.Sort(d.Arrows)
}
