package timeline

// This file tests how it is found out who resumes whom, on chains that are known
// because they are made up.

import (
	"math/rand/v2"
	"testing"
	"time"

	"golang.org/x/exp/trace"
)

// A madeUp is a goroutine of a madeUpTrace, and what is true of it.
type madeUp struct {
	id             trace.GoID
	resumer        *madeUp // nil if it is suspended
	ordinary       bool
	run, suspended time.Duration
}

// A madeUpTrace is a program's switches from some instant on.
type madeUpTrace struct {
	r       *rand.Rand
	b       *builder
	t       time.Duration
	ends    []*madeUp // of the chains
	all     []*madeUp
	running map[*madeUp]bool // it runs, or has resumed one that does
}

// newMadeUpTrace returns a program in which chains have begun.
func newMadeUpTrace(r *rand.Rand, chains, coroutines int) *madeUpTrace {
	m := &madeUpTrace{r: r, b: newBuilder(Options{Full: true, Goroutines: true}), running: map[*madeUp]bool{}}
	ids := r.Perm(chains + coroutines)
	for i, id := range ids {
		m.all = append(m.all, &madeUp{id: trace.GoID(id + 2), ordinary: i < chains})
	}
	m.ends = append(m.ends, m.all[:chains]...)
	for _, g := range m.ends {
		m.running[g] = true
	}
	for range 2 * coroutines {
		m.step(false)
	}
	return m
}

// step has a chain go on by a switch, which the builder is told of if seen is
// set.
func (m *madeUpTrace) step(seen bool) {
	if seen {
		m.t++
		for _, g := range m.all {
			switch {
			case m.running[g]:
				g.run++
			case !g.ordinary:
				g.suspended++
			}
		}
	}
	i := m.r.IntN(len(m.ends))
	from := m.ends[i]
	to := from.resumer
	if to == nil || m.r.IntN(2) == 0 {
		next := m.all[m.r.IntN(len(m.all))]
		if m.running[next] {
			return
		}
		to = next
		to.resumer = from
		m.running[to] = true
	} else {
		from.resumer = nil
		delete(m.running, from)
	}
	m.ends[i] = to
	if seen {
		m.b.switched(m.b.goroutine(from.id), m.b.goroutine(to.id), false, m.t)
	}
}

// tell has the builder learn what g is.
func (m *madeUpTrace) tell(g *madeUp) {
	r := roleCoroutine
	if g.ordinary {
		r = roleOrdinary
	}
	setRole(m.b.goroutine(g.id), r)
}

// finish returns the coroutines of which something was guessed, after checking
// that everything else is as it was.
func (m *madeUpTrace) finish(t *testing.T) (guessed int) {
	t.Helper()
	m.b.last = m.t
	for g := range m.b.goroutines.all() {
		if g.switched != nil && len(g.switched.links) > 0 {
			guess(g)
		}
	}
	for _, g := range m.all {
		s := m.b.goroutine(g.id)
		if s.switched == nil {
			continue // it never switched
		}
		if s.switched.guessed {
			guessed++
			continue
		}
		if s.role == roleUnknown {
			continue // it is at the beginning of what was seen of its chain
		}
		if g.ordinary != (s.role == roleOrdinary) {
			t.Errorf("goroutine %d: ordinary: %v, found %d", g.id, g.ordinary, s.role)
		}
		if g.ordinary {
			continue
		}
		s.made = "somewhere" // else it may be anybody's
		m.b.keepPull(s, m.t, false)
		p := m.b.tl.Pulls[len(m.b.tl.Pulls)-1]
		if p.Run != g.run || p.Suspended != g.suspended {
			t.Errorf("goroutine %d: ran %d, was suspended %d, of these %d and %d were found", g.id, g.run, g.suspended, p.Run, p.Suspended)
		}
		var runs time.Duration
		for _, r := range p.Runs {
			runs += r.Len()
		}
		if runs != g.run {
			t.Errorf("goroutine %d: ran %d, its runs are %v", g.id, g.run, p.Runs)
		}
		if status := p.Status == Running; status != m.running[g] {
			t.Errorf("goroutine %d: running: %v, found %v", g.id, m.running[g], p.Status)
		}
	}
	return guessed
}

// What is not said to be guessed is so, whatever is learned, and when. Once it
// is known of each chain who is at its beginning, nothing is guessed.
func TestResumers(t *testing.T) {
	guessed, certain := 0, 0
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 1))
		chains := 1 + r.IntN(3)
		m := newMadeUpTrace(r, chains, 1+r.IntN(8))
		all := r.IntN(2) == 0
		for range 3 + r.IntN(60) {
			m.step(true)
			if r.IntN(10) == 0 {
				m.tell(m.all[r.IntN(len(m.all))])
			}
		}
		if all {
			for _, g := range m.all[:chains] {
				m.tell(g)
			}
		}
		switch n := m.finish(t); {
		case n == 0:
			certain++
		case all && !m.silent(chains):
			t.Errorf("%d are guessed, though it is known who is ordinary", n)
		default:
			guessed++
		}
		if t.Failed() {
			t.Fatalf("to reproduce it: seed %d", seed)
		}
	}
	if guessed == 0 || certain == 0 {
		t.Errorf("%d traces with a guess, %d without: this tests nothing", guessed, certain)
	}
}

// silent reports whether one of the ordinary goroutines never switched: then
// nobody has seen what its chain begins with.
func (m *madeUpTrace) silent(chains int) bool {
	for _, g := range m.all[:chains] {
		if m.b.goroutine(g.id).switched == nil {
			return true
		}
	}
	return false
}
