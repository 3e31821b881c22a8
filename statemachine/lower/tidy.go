package lower

// This file defines what is done to the blocks once they are there: what the
// consumer's stop needs, and fewer jumps.

import (
	"go/ast"
	"strconv"
)

// tidyAll finishes the blocks of all bodies.
func tidyAll(m *Machine) {
	switch {
	case m.contract != nil, m.root.inPlace != nil:
	case len(m.bodies) > 1:
		if m.again = !m.noPassing && m.passesTooMuch(); m.again {
			return
		}
		m.stopped = true
		for p := range explore(m.bodies).yield {
			p.afterStop = true
		}
	default:
		m.root.stops()
	}
	for _, f := range m.bodies {
		f.tidy()
		f.label()
	}
}

// stops decides what is left to do when the consumer of a machine with one body
// stops: where nothing is, Stop ends the machine, and Next need not ask.
func (f *Func) stops() {
	var work []*block
	pending := f.afterDefer()
	for _, p := range f.points {
		if to := f.resolve(f.onStop(p)); (to == f.ended || to == f.left()) && !pending[p.resumed] && !f.debugged() {
			p.endsStop = true
		} else {
			f.machine.stopped = true
			work = append(work, to)
		}
	}
	if f.epilogue != nil && len(work) > 0 {
		work = append(work, f.epilogue.block) // by a panic
	}
	seen := make(map[*block]bool)
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if b == f.ended || seen[b] {
			continue
		}
		seen[b] = true
		if s, ok := b.term.(*suspended); ok {
			s.Point.afterStop = true
			work = append(work, f.onStop(s.Point))
		}
		for to := range b.succs() {
			if s, ok := b.term.(*suspended); !ok || to != s.To {
				work = append(work, to)
			}
		}
	}
	for _, p := range f.points {
		br := p.asked()
		if br == nil || !p.endsStop || p.afterStop {
			continue
		}
		p.resumed.items = p.resumed.items[1:]
		if !br.Neg {
			p.resumed.term = &jump{br.To}
		}
	}
}

// asked returns the branch on p's result, if that is all that it is for.
func (p *Point) asked() *branch {
	for _, item := range p.resumed.items {
		switch item := item.(type) {
		case *driving:
			continue
		case *branch:
			if item.At == p {
				return item
			}
		}
		break
	}
	return nil
}

// onStop returns where the body goes on from p if the consumer stopped.
func (f *Func) onStop(p *Point) *block {
	br := p.asked()
	switch {
	case br == nil:
		return p.resumed
	case br.Neg:
		return br.To
	}
	return p.resumed.term.(*jump).To
}

// succs are the blocks that may come after b.
func (b *block) succs() func(func(*block) bool) {
	return func(yield func(*block) bool) {
		for _, item := range b.items {
			switch item := item.(type) {
			case *branch:
				if !yield(item.To) {
					return
				}
			case *leaving:
				for _, to := range item.exits {
					if !yield(to) {
						return
					}
				}
			}
		}
		switch t := b.term.(type) {
		case *jump:
			yield(t.To)
		case *suspended:
			yield(t.To)
		case *dispatch:
			for _, c := range t.Clauses {
				if !yield(c.To) {
					return
				}
			}
			if t.Else != nil {
				yield(t.Else)
			}
		}
	}
}

// resolve goes on from b to where something happens.
func (f *Func) resolve(b *block) *block {
	for range len(f.blocks) { // more is an empty loop
		j, ok := b.term.(*jump)
		if !ok || len(b.items) > 0 || b == f.ended {
			break
		}
		b = j.To
	}
	return b
}

// endsAt notes that a jump which goes to b, and from there on to the end of the
// body, comes from where the body ends there.
func (f *Func) endsAt(b, to *block, of any) {
	if to != f.ended && to != f.left() {
		return
	}
	for b != to {
		j := b.term.(*jump)
		f.at[of], b = f.at[j], j.To
	}
}

// tidy lets jumps go to where something happens, leaves out the blocks that
// nothing reaches, and joins those that only follow each other.
func (f *Func) tidy() {
	for _, b := range f.blocks {
		for _, item := range b.items {
			switch item := item.(type) {
			case *branch:
				if to := f.resolve(item.To); to != item.To {
					f.endsAt(item.To, to, jumpOf{item})
					item.To = to
				}
			case *leaving:
				for from, to := range item.to {
					item.to[from] = f.resolve(to)
				}
				for i, to := range item.exits {
					item.exits[i] = f.resolve(to)
				}
				if item.returns != nil {
					item.returns = f.resolve(item.returns)
				}
			}
		}
		switch t := b.term.(type) {
		case *jump:
			if to := f.resolve(t.To); to != t.To {
				f.endsAt(t.To, to, t)
				t.To = to
			}
		case *dispatch:
			for i := range t.Clauses {
				t.Clauses[i].To = f.resolve(t.Clauses[i].To)
			}
			if t.Else != nil {
				t.Else = f.resolve(t.Else)
			}
		}
	}
	f.reach()
	for i, b := range f.blocks[:len(f.blocks)-1] {
		f.turn(b, f.blocks[i+1])
	}
	f.join()
}

// reach leaves out the blocks that nothing reaches.
func (f *Func) reach() {
	seen := make(map[*block]bool)
	work := []*block{f.blocks[0]}
	if f.epilogue != nil {
		work = append(work, f.epilogue.block)
	}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if !seen[b] {
			seen[b] = true
			for to := range b.succs() {
				work = append(work, to)
			}
		}
	}
	var kept []*block
	for _, b := range f.blocks {
		if seen[b] {
			kept = append(kept, b)
		}
	}
	f.blocks = kept
	var points []*Point
	for _, p := range f.points {
		if seen[p.resumed] {
			points = append(points, p)
		}
	}
	f.points = points
}

// turn makes "if x goto next; goto y" into "if !x goto y".
func (f *Func) turn(b, next *block) {
	j, ok := b.term.(*jump)
	if !ok || len(b.items) == 0 || j.To == next {
		return
	}
	if br, ok := b.items[len(b.items)-1].(*branch); ok && br.To == next {
		br.Neg, br.To, j.To = !br.Neg, j.To, next
		f.at[jumpOf{br}] = f.at[j]
	}
}

// join joins a block with the next one, if nothing else goes there.
func (f *Func) join() {
	entries := make(map[*block]int)
	if f.epilogue != nil {
		entries[f.epilogue.block]++ // by a panic
	}
	for _, b := range f.blocks {
		for to := range b.succs() {
			entries[to]++
		}
	}
	kept := f.blocks[:1]
	for _, b := range f.blocks[1:] {
		last := kept[len(kept)-1]
		if j, ok := last.term.(*jump); ok && j.To == b && entries[b] == 1 {
			last.items, last.term = append(last.items, b.items...), b.term
			continue
		}
		kept = append(kept, b)
	}
	f.blocks = kept
}

// label gives labels to the blocks that are jumped to.
func (f *Func) label() {
	taken := f.copiedLabels()
	for _, p := range f.points {
		taken[p.Label] = true
	}
	jumped := make(map[*block]bool)
	if f.epilogue != nil {
		jumped[f.epilogue.block] = true
	}
	for i, b := range f.blocks {
		for to := range b.succs() {
			j, ok := b.term.(*jump)
			falls := ok && j.To == to && i+1 < len(f.blocks) && f.blocks[i+1] == to
			if !falls || b.jumps(to) {
				jumped[to] = true
			}
		}
	}
	for _, b := range f.blocks {
		if jumped[b] && b.label == "" {
			b.label = unique(b.hint, taken)
		}
	}
}

// jumps reports whether an item of b jumps to to.
func (b *block) jumps(to *block) bool {
	for _, item := range b.items {
		switch item := item.(type) {
		case *branch:
			if item.To == to {
				return true
			}
		case *leaving:
			for _, exit := range item.exits {
				if exit == to {
					return true
				}
			}
		}
	}
	return false
}

// copiedLabels returns the labels in copied statements, which stay.
func (f *Func) copiedLabels() map[string]bool {
	taken := make(map[string]bool)
	for _, b := range f.blocks {
		for _, item := range b.items {
			if l, ok := item.(*leaving); ok {
				ast.Inspect(l.Stmt, func(n ast.Node) bool {
					if l, ok := n.(*ast.LabeledStmt); ok {
						taken[l.Label.Name] = true
					}
					return true
				})
			}
		}
	}
	return taken
}

// unique returns name, or if that is taken, name with a number; and takes it.
func unique(name string, taken map[string]bool) string {
	try := name
	for i := 2; taken[try]; i++ {
		try = name + strconv.Itoa(i)
	}
	taken[try] = true
	return try
}
