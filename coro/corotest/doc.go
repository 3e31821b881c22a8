// Package corotest runs tests of what happens on a loop in many orders, so that
// one that works by luck is found out, and shows the order in which it fails.
//
// A loop runs what is ready first come, first served. That is deterministic, so a
// test passes each time; but it is one order of many, and not promised to a
// program whose tasks wait for a network. This sale works, on the loop's order:
//
//	sell := func(y *coro.Async) (struct{}, error) {
//		if stock > 0 {
//			err := coro.Wait(y, coro.Sleep(time.Second).As("pay"))
//			stock-- // somebody else may have sold it meanwhile
//			...
//
// as long as the one customer looks at the stock after the other has paid.
// [Seeds] runs a test in random orders, and [Orders] in each there is:
//
//	func TestSale(t *testing.T) {
//		corotest.Orders(t, func(t testing.TB, l *coro.Loop) {
//			stock := 1
//			...
//			coro.Spawn(l, coro.Pull(sell), coro.Named("ann"))
//			coro.Spawn(l, coro.Pull(sell), coro.Named("bob"))
//			l.RunAll()
//			if stock < 0 {
//				t.Errorf("sold %d that were not there", -stock)
//			}
//		})
//	}
//
// # A failure
//
// The first order that fails is run again, with a trace. What is printed is what
// the test says, each step of the loop with those that were out of turn marked,
// the trace's timeline and file, and a command that runs that very order again,
// alone, as often as one likes:
//
//	CORO_REPLAY='order:1=1of2' go test -run '^TestSale$' example.com/shop
//
// order:1=1of2 says at which choices the order departs from first come, first
// served: at number 1, counted from 0, it took number 1 of the 2 that it could.
// Seeds print seed:NUMBER. With -artifacts the trace is among the test's
// artifacts, otherwise in the directory for temporary files.
//
// A deadlock is a failure: it says who waits for what.
//
// # What is covered
//
// Any two callbacks or tasks that are ready in the same turn are run in either
// order. That is so of timers with equal deadlines, of tasks that a lock, a queue
// or a future makes ready, and of callbacks. Not covered is:
//   - who of those in line for a lock, a queue or a semaphore is first, since
//     that is promised: first come, first served. In which order they come is
//     covered;
//   - timers with different deadlines: they go off by deadline;
//   - what is between two suspensions of a task, where nothing else runs;
//   - goroutines, but for those that Submit and Offload run functions on, see
//     below. Who calls CallSoonThreadsafe or keeps a promise when, what comes
//     through channels, and from processes, no seed decides, nor does it decide
//     about other loops than the test's own.
//
// # Work outside of the loop
//
// Functions that are submitted to a pool, or offloaded, run on goroutines while the
// loop goes on, but virtual time stands, and what they return does not arrive as it
// comes. When nothing is ready any more the loop waits until all of them have
// returned. Then their results arrive: which of them at once, which later, when
// nothing is ready again, and in which order, the seed decides, or Orders tries. So
// each may come long before each other, and a failure is replayed.
//
// What the functions do to each other, on their goroutines, is not covered; the
// race detector is for that. Neither is whether one that was canceled had begun. A
// function that waits for what a task does with the result of another gets it after
// two seconds of real time, and from then on it is not the seed that decides.
//
// A test that does something else the second time, in the same order, is
// reported as such.
package corotest
