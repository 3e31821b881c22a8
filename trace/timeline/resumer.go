package timeline

// This file defines link, and how a builder finds out which of two goroutines
// that switch with each other resumes the other one.

import "time"

// A role is what a goroutine is in the switches that it takes part in.
type role uint8

const (
	roleUnknown role = iota
	roleOrdinary
	roleCoroutine
)

// A direction says what a switch is for.
type direction uint8

const (
	unclear direction = iota
	resumes           // who is left has resumed who is switched to
	yields            // who is left is suspended, or ends
)

// A link is open: two goroutines switch with each other, and nothing has told
// yet which of them has resumed the other.
//
// A coroutine is resumed by whoever runs, and goes back to exactly that one. So
// those who have resumed each other are a chain: from an ordinary goroutine, by
// way of coroutines, to the one that runs. A switch goes from the end of the
// chain either to one that was suspended, which makes the chain longer, or to
// the one before. Of a chain that is older than the trace only the end is known,
// so that both may be:
//
//	a → b → c    a resumed b and that c; or a was suspended, and b resumed c;
//	             or b, too, was suspended, by c that had resumed it
//
// All of these are the same tree of links, a — b — c, and differ in the one
// that the chain came down to at the lowest: every other one was resumed by its
// neighbor on the way there. Later switches along a link tell nothing. It is
// settled, and mostly many others with it, as soon as one of these is known:
//
//   - One is an ordinary goroutine: it is the lowest.
//   - One ends by a switch, so that it is a coroutine and who goes on has resumed
//     it; or it switches to one that is known to be ordinary.
//   - One was left by a link, and comes back by a switch from elsewhere: then it
//     was suspended, by the one at the link's other end.
//
// Whatever is open in the end is guessed, and said to be.
type link struct {
	a, b         *goroutineState
	at           *goroutineState // which of them was switched to last
	resumer      *goroutineState // nil as long as it is open
	leftA, leftB time.Duration   // how long each of them was left by it
}

// other returns the one at the link's other end.
func (l *link) other(g *goroutineState) *goroutineState {
	if g == l.a {
		return l.b
	}
	return l.a
}

// add adds how long g was left.
func (l *link) add(g *goroutineState, d time.Duration) {
	if g == l.a {
		l.leftA += d
	} else {
		l.leftB += d
	}
}

// directionOf says what a switch is for.
func directionOf(from, to *goroutineState) direction {
	f, s := from.switched, to.switched
	switch {
	case f.resumer == to:
		return yields
	case f.resumer != nil:
		return resumes
	case from.role == roleOrdinary:
		return resumes
	case to.role == roleOrdinary:
		return yields
	case s.out && s.via == nil:
		if s.resumes {
			return yields
		}
		return resumes
	case s.out && s.via.other(to) != from:
		return resumes
	case !s.out && len(s.links) > 0:
		return resumes // something is missing in the trace: it ran
	}
	return unclear
}

// linkOf returns the link between two goroutines, of which to has none or was
// left by it.
func linkOf(from, to *goroutineState) *link {
	f, s := from.switched, to.switched
	if s.via != nil {
		return s.via
	}
	l := &link{a: from, b: to}
	f.links = append(f.links, l)
	s.links = append(s.links, l)
	return l
}

// settle notes which of the two is the resumer.
func (l *link) settle(resumer *goroutineState, guessed bool) {
	l.resumer = resumer
	coroutine := l.other(resumer)
	x, y := resumer.switched, coroutine.switched
	if resumer == l.a {
		x.away += l.leftA
		y.off += l.leftB
	} else {
		x.away += l.leftB
		y.off += l.leftA
	}
	for _, s := range []*switchState{x, y} {
		s.guessed = s.guessed || guessed
		if s.via == l {
			s.via, s.resumes = nil, s == x
		}
	}
	y.resumer = nil
	if l.at == coroutine {
		y.resumer = resumer
	}
	if coroutine.role == roleUnknown {
		coroutine.role = roleCoroutine
	}
}

// settleAbove settles that g has resumed all those at the other ends of its
// links, and so on.
func settleAbove(g *goroutineState, guessed bool) {
	todo := []*goroutineState{g}
	for len(todo) > 0 {
		g := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, l := range g.switched.links {
			if l.resumer == nil {
				l.settle(g, guessed)
				todo = append(todo, l.other(g))
			}
		}
		g.switched.links = nil
	}
}

// settleBelow settles that g was resumed by resumer, and has resumed all others
// that it has links to.
func settleBelow(g, resumer *goroutineState) {
	for _, l := range g.switched.links {
		if l.other(g) == resumer {
			l.settle(resumer, false)
			r := resumer.switched
			for i := range r.links {
				if r.links[i] == l {
					last := len(r.links) - 1
					r.links[i] = r.links[last]
					r.links = r.links[:last]
					break
				}
			}
		}
	}
	settleAbove(g, false)
}

// setRole notes what g is known to be.
func setRole(g *goroutineState, r role) {
	if g.role == r {
		return
	}
	g.role = r
	if s := g.switched; r == roleOrdinary && s != nil && len(s.links) > 0 {
		settleAbove(g, false)
	}
}

// guess settles all links of the tree that g is in. Those of which nothing is
// known are rather ordinary goroutines than coroutines are, and who calls was
// mostly made before who is called, and then has the smaller number.
func guess(g *goroutineState) {
	lowest := g
	seen := map[*goroutineState]bool{g: true}
	todo := []*goroutineState{g}
	for len(todo) > 0 {
		g := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if g.role < lowest.role || g.role == lowest.role && g.ID < lowest.ID {
			lowest = g
		}
		for _, l := range g.switched.links {
			if o := l.other(g); !seen[o] {
				seen[o] = true
				todo = append(todo, o)
			}
		}
	}
	settleAbove(lowest, true)
}
