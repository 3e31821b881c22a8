package corotest

// This file defines the search through all orders.

// explore tries order after order, those with few departures first.
//
// This is delay-bounded scheduling (Emmi, Qadeer, Rakamarić: Delay-Bounded
// Scheduling, POPL 2011) without its bound: most mistakes need few departures,
// and a failure with few is the one that is easiest to understand. Each order is
// reached once: from the one without its last departure.
func (s *session) explore() Coverage {
	s.t.Helper()
	var c Coverage
	queue := []order{nil}
	missing := 0 // with so many departures, and more, not all orders were tried
	for len(queue) > 0 {
		o := queue[0]
		queue = queue[1:]
		c.Orders++
		c.Departures = len(o)
		p := &player{order: o}
		switch tb := s.probe(p); {
		case tb.skipped:
			s.t.Skip(tb.message())
		case tb.failed:
			c.Departures = max(0, len(o)-1)
			s.replay(replay{order: o, number: c.Orders}, tb)
			return c
		case p.misfit() != "":
			s.t.Errorf("order %s, which was found by running the test, does not fit when it is run again: %s.\n%s", o, p.misfit(), undetermined)
			return c
		}
		from := 0
		if len(o) > 0 {
			from = o[len(o)-1].at + 1
		}
		for at := from; at < len(p.choices); at++ {
			for pick := 1; pick < p.choices[at]; pick++ {
				if missing == 0 && (len(o) == s.departures || c.Orders+len(queue) >= s.orders) {
					missing = len(o) + 1
				}
				if missing == 0 || missing > len(o)+1 {
					queue = append(queue, append(o[:len(o):len(o)], departure{at, pick, p.choices[at]}))
				}
			}
		}
	}
	if c.Complete = missing == 0; missing > 0 {
		c.Departures = missing - 1
		s.t.Logf("%d orders were tried, which are not all: those with more than %d departures from first come, first served are missing, or some of them. MaxOrders(%d) is the bound, or MaxDepartures.",
			c.Orders, c.Departures, s.orders)
	}
	return c
}

const undetermined = "Something beside the loop's order decides what the test does: a goroutine, a map's order, a clock, a random number, or what an earlier run left behind."
