package explorer

// This file defines Window: what is drawn between two instants.

import (
	"time"

	"coroscope/trace/timeline"
)

// A View says which part of a trace is looked at.
type View struct {
	From, To time.Duration
	Pixels   int // how wide that is drawn
	First    int // the first row, from 0
	Rows     int // how many rows at most

	Filter Filter
	Group  bool // by function

	Goroutines bool            // also rows of ordinary ones
	Open       map[string]bool // keys of the functions that are unfolded; with Group
}

// Limits of what a View may ask for.
const (
	maxPixels = 20_000
	maxRows   = 400
	maxArrows = 600
)

// A Window is what there is to draw of a View.
type Window struct {
	FromNS int64   `json:"from_ns"`
	ToNS   int64   `json:"to_ns"`
	First  int     `json:"first"`
	Total  int     `json:"total"` // rows in all that the filter lets through
	Rows   []Row   `json:"rows"`
	Arrows []Arrow `json:"arrows"`
}

// A Row is one line of the picture.
type Row struct {
	Key      string    `json:"key"`
	Kind     string    `json:"kind"`
	Name     string    `json:"name"`
	Func     string    `json:"func"`
	Depth    int       `json:"depth"` // 1 in an unfolded group
	StartNS  int64     `json:"start_ns"`
	EndNS    int64     `json:"end_ns"`
	Outcome  string    `json:"outcome"`  // of a coroutine that has ended: "returned", "failed", ...
	Members  int       `json:"members"`  // of a function: how many coroutines it has
	Unfolded bool      `json:"unfolded"` // of a function
	Segments []Segment `json:"segments"`
	Turns    []int64   `json:"turns,omitempty"` // of a loop: when turns began, where there is room
	Alive    []int     `json:"alive,omitempty"` // of a function: how many there were, in equal parts of the window
}

// An Arrow leads from who made somebody ready to where that one goes on.
type Arrow struct {
	From   string `json:"from"` // key of a row
	FromNS int64  `json:"from_ns"`
	To     string `json:"to"`
	ToNS   int64  `json:"to_ns"`
	Cause  string `json:"cause,omitempty"`
}

// Window returns what there is to draw.
func (t *Trace) Window(v View) Window {
	v.From, v.To = max(v.From, 0), max(v.To, v.From+1)
	v.Pixels = min(max(v.Pixels, 1), maxPixels)
	v.Rows = min(max(v.Rows, 0), maxRows)
	lines := t.lines(&v)
	w := Window{FromNS: int64(v.From), ToNS: int64(v.To), First: max(v.First, 0), Total: len(lines), Rows: []Row{}, Arrows: []Arrow{}}
	for i := w.First; i < min(w.First+v.Rows, len(lines)); i++ {
		l := lines[i]
		if l.fn != nil {
			w.Rows = append(w.Rows, functionRow(l.fn, &v))
			continue
		}
		w.Rows = append(w.Rows, t.drawRow(l.row, &v))
		w.Rows[len(w.Rows)-1].Depth = l.depth
		w.addArrows(t, l.row, &v)
	}
	return w
}

// A line is a row, or a function that stands for several.
type line struct {
	row   *row
	fn    *function
	depth int
}

// lines returns the lines that a view lets through, in order.
func (t *Trace) lines(v *View) []line {
	var lines []line
	grouped := false
	for _, r := range t.rows {
		if r.kind == RowGoroutine && !v.Goroutines {
			continue
		}
		if v.Group && r.kind == RowCoroutine {
			if !grouped {
				grouped = true
				lines = t.functionLines(lines, v)
			}
			continue
		}
		if v.Filter.row(r) {
			lines = append(lines, line{row: r})
		}
	}
	return lines
}

func (t *Trace) functionLines(lines []line, v *View) []line {
	for _, f := range t.functions {
		var in []*row
		for _, r := range f.rows {
			if v.Filter.row(r) {
				in = append(in, r)
			}
		}
		if len(in) == 0 {
			continue
		}
		lines = append(lines, line{fn: &function{f.name, in}})
		if v.Open[f.key()] {
			for _, r := range in {
				lines = append(lines, line{row: r, depth: 1})
			}
		}
	}
	return lines
}

// key returns the key of the row that stands for f.
func (f *function) key() string { return "f" + f.name }

// drawRow draws a row.
func (t *Trace) drawRow(r *row, v *View) Row {
	out := Row{
		Key: r.key, Kind: r.kind, Name: r.name, Func: r.fn, StartNS: int64(r.life.Start), EndNS: int64(r.life.End),
		Segments: cut(r.track, v.From, v.To, v.Pixels),
	}
	if r.coroutine != nil {
		out.Outcome = r.coroutine.Outcome
	}
	if r.kind == RowLoop {
		out.Turns = turnsIn(r.loop, v)
	}
	return out
}

// turnsIn returns when the turns of l in a view began, if they are at least six
// pixels apart on average.
func turnsIn(l *timeline.Loop, v *View) []int64 {
	i, j := turnAfter(l, v.From-1), turnAfter(l, v.To)
	if (j-i)*6 > v.Pixels {
		return nil
	}
	var at []int64
	for ; i < j; i++ {
		at = append(at, int64(l.TurnLog[i].T))
	}
	return at
}

// functionRow draws how many coroutines of a function there were.
func functionRow(f *function, v *View) Row {
	parts := min(max(v.Pixels/4, 1), 500)
	span := v.To - v.From
	alive := make([]int, parts+1)
	out := Row{Key: f.key(), Kind: RowFunction, Name: f.name, Func: f.name, Members: len(f.rows), Unfolded: v.Open[f.key()], Segments: []Segment{}}
	if out.Name == "" {
		out.Name = "function not known"
	}
	for i, r := range f.rows {
		if start := int64(r.life.Start); i == 0 || start < out.StartNS {
			out.StartNS = start
		}
		out.EndNS = max(out.EndNS, int64(r.life.End))
		if r.life.End <= v.From || r.life.Start >= v.To {
			continue
		}
		first := int(max(r.life.Start-v.From, 0) * time.Duration(parts) / span)
		last := min(int((r.life.End-v.From-1)*time.Duration(parts)/span), parts-1)
		alive[first]++
		alive[max(last, first)+1]--
	}
	for i := 1; i < parts; i++ {
		alive[i] += alive[i-1]
	}
	out.Alive = alive[:parts]
	return out
}

// addArrows adds the arrows to the pieces of a row that was drawn last.
func (w *Window) addArrows(t *Trace, r *row, v *View) {
	c := r.coroutine
	if c == nil {
		return
	}
	for _, s := range w.Rows[len(w.Rows)-1].Segments {
		if len(w.Arrows) == maxArrows {
			return
		}
		if s.Kind != KindSuspended || s.Open || s.Ready == 0 {
			continue
		}
		i := itemAt(c, time.Duration(s.Start))
		if i < 0 || c.run(i) != nil {
			continue
		}
		sus, _ := c.suspension(i)
		by := t.byID[sus.ReadyBy.ID]
		if sus.ReadyBy.IsZero() || by == nil || by == c {
			continue
		}
		w.Arrows = append(w.Arrows, Arrow{From: by.row.key, FromNS: s.Ready, To: r.key, ToNS: s.End, Cause: sus.Cause})
	}
}
