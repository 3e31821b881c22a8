package export

// This file defines what a picture is made of: processes, tracks, slices and
// instants; and the order in which they are drawn.

import (
	"strconv"
	"time"

	"coroscope/trace/protocol"
	"coroscope/trace/timeline"
)

// A sink takes a picture. All processes come first, each with its tracks. Then
// come the slices: those of one track in order, and each, from begin to end, within the
// one that was begun before it and has not ended. Instants come at any time,
// but each before the slice that its arrow leads to.
type sink interface {
	header(t *timeline.Timeline)
	process(p *process)
	track(t *track)
	begin(t *track, s *slice) // s is valid during the call only
	end(t *track, at time.Duration, open bool)
	instant(t *track, i *instant) // i is valid during the call only
	close()
}

// A process is a group of tracks: a loop, or coroutines without one.
type process struct {
	id     uint64 // unique among processes and tracks
	name   string
	rank   int
	tracks []*track
	slow   *track // the one of slow steps; nil if there were none
}

// A track is a row.
type track struct {
	id      uint64 // unique among processes and tracks
	process *process
	name    string
	rank    int // in its process
}

// A category says what a slice or an instant is.
type category uint8

const (
	catLife  category = iota // of a coroutine, from spawn to end
	catRun                   // a coroutine runs
	catAwait                 // a coroutine is suspended
	catReady                 // a coroutine has been made ready, and waits; or the instant of making it so
	catSpawn                 // the instant of making a coroutine
	catLoop                  // a loop runs
	catBusy                  // a loop does something
	catTurn                  // a turn of a loop
	catIdle                  // a loop has nothing to do
	catStep                  // a loop runs a coroutine
	catSlow                  // a slow step
	numCategories
)

var categoryNames = [numCategories]string{
	catLife: "life", catRun: "run", catAwait: "await", catReady: "ready", catSpawn: "spawn",
	catLoop: "loop", catBusy: "busy", catTurn: "turn", catIdle: "idle", catStep: "step", catSlow: "slow",
}

// A slice is a stretch of time on a track.
type slice struct {
	cat        category
	name       string
	start, end time.Duration
	open       bool   // it had not ended when the trace did
	arrow      uint64 // the arrow that leads to its beginning; 0 if none does
	args       []arg
}

// An instant is a moment on a track.
type instant struct {
	cat   category
	name  string
	at    time.Duration
	arrow uint64 // the arrow that begins here
}

// An arg is what is shown of a slice that was clicked at.
type arg struct {
	key    string
	text   string // if it is no number
	number int64
	isText bool
}

// A list collects args.
type list []arg

// text adds a text that is not empty.
func (l *list) text(key, text string) {
	if text != "" {
		*l = append(*l, arg{key: key, text: text, isText: true})
	}
}

func (l *list) number(key string, n int64) { *l = append(*l, arg{key: key, number: n}) }

func (l *list) duration(key string, d time.Duration) { l.text(key, d.String()) }

// state adds the number of a state if there is one.
func (l *list) state(state int) {
	if state != protocol.NoState {
		l.number("state", int64(state))
	}
}

// mark adds an arg that is true.
func (l *list) mark(key string, set bool) {
	if set {
		l.text(key, "true")
	}
}

// A picture is what is drawn of a timeline.
type picture struct {
	t         *timeline.Timeline
	sink      sink
	processes []*process
	alone     *process // that of coroutines without a loop; may be nil
	loops     []loopRow
	rows      []row
	byID      map[uint64]*row // those in rows

	pulls      []pullRow
	goroutines []goroutineRow

	lastID uint64
	arrows uint64
	args   list // of the slice that is being drawn
}

// A loopRow is a loop and its track.
type loopRow struct {
	loop  *timeline.Loop
	track *track
	rows  []row // of its coroutines
}

// A row is a coroutine and its track.
type row struct {
	*timeline.Coroutine
	track *track
}

// newPicture lays t out: a process for each loop, with its coroutines by id, one
// for those that stand alone, and those of goroutines.
func newPicture(t *timeline.Timeline) *picture {
	p := &picture{t: t, byID: make(map[uint64]*row, len(t.Coroutines))}
	of := make(map[*timeline.Loop][]*timeline.Coroutine)
	for _, c := range t.Coroutines {
		of[c.Loop] = append(of[c.Loop], c)
	}
	slow := make(map[*timeline.Loop]bool)
	for _, s := range t.Slow {
		slow[s.Loop] = true
	}
	named := make(map[string]int)
	for _, l := range t.Loops {
		named[l.Name]++
	}
	p.rows = make([]row, 0, len(t.Coroutines)) // byID and loopRow point into it
	for _, l := range t.Loops {
		name := l.Name
		if named[name] > 1 {
			name = protocol.Ref{Name: l.Name, ID: l.ID}.String()
		}
		name = "loop " + name
		proc := p.newProcess(name)
		r := loopRow{loop: l, track: p.newTrack(proc, name)}
		if slow[l] {
			p.addSlow(proc)
		}
		r.rows = p.addRows(proc, of[l])
		p.loops = append(p.loops, r)
	}
	if alone := of[nil]; len(alone) > 0 || slow[nil] {
		p.alone = p.newProcess("coroutines")
		if slow[nil] {
			p.addSlow(p.alone)
		}
		p.addRows(p.alone, alone)
	}
	p.addGoroutines()
	return p
}

// empty reports whether there is nothing to draw.
func (p *picture) empty() bool { return len(p.processes) == 0 }

func (p *picture) newProcess(name string) *process {
	p.lastID++
	proc := &process{id: p.lastID, name: name, rank: len(p.processes)}
	p.processes = append(p.processes, proc)
	return proc
}

func (p *picture) newTrack(proc *process, name string) *track {
	p.lastID++
	t := &track{id: p.lastID, process: proc, name: name, rank: len(proc.tracks)}
	proc.tracks = append(proc.tracks, t)
	return t
}

func (p *picture) addSlow(proc *process) { proc.slow = p.newTrack(proc, "slow steps") }

// addRows gives each coroutine a track.
func (p *picture) addRows(proc *process, coroutines []*timeline.Coroutine) []row {
	first := len(p.rows)
	for _, c := range coroutines {
		p.rows = append(p.rows, row{c, p.newTrack(proc, c.String())})
		p.byID[c.ID] = &p.rows[len(p.rows)-1]
	}
	return p.rows[first:]
}

// draw draws p.
func (p *picture) draw(s sink) {
	p.sink = s
	s.header(p.t)
	for _, proc := range p.processes {
		s.process(proc)
		for _, t := range proc.tracks {
			s.track(t)
		}
	}
	for i := range p.loops {
		p.drawLoop(&p.loops[i])
	}
	p.drawSlow()
	for i := range p.rows {
		p.drawCoroutine(&p.rows[i])
	}
	for i := range p.pulls {
		p.drawPull(&p.pulls[i])
	}
	for i := range p.goroutines {
		p.drawGoroutine(&p.goroutines[i])
	}
}

// begin draws the beginning of s with the args that were collected.
func (p *picture) begin(t *track, s slice) {
	p.args.mark("open", s.open)
	s.args = p.args
	p.sink.begin(t, &s)
	p.args = p.args[:0]
}

// leaf draws s, which has nothing in it.
func (p *picture) leaf(t *track, s slice) {
	p.begin(t, s)
	p.sink.end(t, s.end, s.open)
}

// arrow draws an instant on the track of the coroutine by, if that is another
// one than who and has a track, and returns the arrow that begins there, or 0.
func (p *picture) arrow(by uint64, who *row, i instant) uint64 {
	from := p.byID[by]
	if from == nil || from == who {
		return 0
	}
	p.arrows++
	i.arrow = p.arrows
	i.at = max(i.at, 0)
	p.sink.instant(from.track, &i)
	return p.arrows
}

// ref returns name#id, and "" for nobody.
func ref(r protocol.Ref) string {
	if r.IsZero() {
		return ""
	}
	return r.Name + "#" + strconv.FormatUint(r.ID, 10)
}
