// Package lower makes explicit state machines of ordinary Go iterators: it does
// at compile time what [iter.Pull] does with a goroutine. In goes
//
//	//coro:lower
//	func Walk(n int) iter.Seq[int] { return func(yield func(int) bool) { ... } }
//
// and out comes a type WalkMachine, whose methods Next and Stop behave exactly
// as those of iter.Pull(Walk(n)), and a function PullWalk(n) that returns one.
// What is generated needs the standard library only, and reads like the
// function that it came from.
//
// The body of a coroutine,
//
//	//coro:lower
//	func Guest(y *coro.Async, b *Bar) (int, error) { ... }
//
// or a function that returns a coro.Body, becomes a type GuestMachine, which is
// a coro.Resumable, and LoweredGuest(b) returns one. That one imports coro.
//
// # How
//
// A body suspends where it calls its yield. The machine's method Next is the
// body once more, with two differences: what the body still needs after a
// suspension is a field of the machine, and a suspension is
//
//	m.state = walkYieldI
//	return m.i, true
//	afterYieldI:
//
// to which the next call of Next goes by a switch at its beginning. Go allows no
// goto into a block, so each statement that a suspension is in is taken apart
// into labels and jumps, down to the suspension. Everything else is copied as
// it was written, with its comments: in the source text only the names of
// variables that have become fields are replaced, expressions that were
// evaluated before, and the jumps that leave the statement.
//
//	for i := 0; i < n; i++ {       becomes    m.i = 0
//		if !yield(i) {                    loop:
//			return                            if m.i >= m.n {
//		}                                             return m.end()
//	}                                             }
//	                                              m.state = walkYieldI
//	                                              return m.i, true
//	                                      afterYieldI:
//	                                              m.i++
//	                                              goto loop
//
// Here the body has nothing left to do when yield returns false, so Stop ends
// the machine by itself. Where it has, Stop sets a flag and calls Next, and each
// yield reads the flag as its result. docs/lowering.md explains the rest, from
// the easiest case on.
//
// # Delegation
//
// A function that is given the yield can suspend, too. It becomes another body
// ([Func]) of the [Machine], with frames of its own:
//
//	func push(t *Tree, yield ...) bool     becomes    type walkPushFrame struct { below, state, t }
//	push(t.left, yield)                               f.state = walkPush; f = m.push(t.left); goto resume
//	return true                                       m.pushResult = true; goto returning
//
// Each frame knows who called. The machine knows the innermost one, with which
// Next goes on at once. The root, the body of the chosen function, has the
// machine itself as its frame. If a machine calls several functions, their frames
// meet behind an interface. A frame that ends leaves its results in the machine,
// is cleared, and is used again for the next call.
//
// A function literal that mentions the yield, or is given it, is such a body,
// too (closure.go). What it captures lives in the frame of the body around
// (Var.Shared), and the variable that it is assigned to vanishes.
//
// # Ranges over functions
//
// A range over a function whose body suspends asks a machine of that function for
// the next value in each turn, and stops it wherever the loop is left
// (iterated.go). The function need not be chosen for that. If its source is not
// in the package, iter.Pull takes the machine's place, which the report says
// ([File].Notes). A loop that only passes on what it gets is delegation:
//
//	for v := range t.left.All() {      is      m.all(t.left), and after it
//		if !yield(v) {                             if m.stopped { return }
//			return
//		}
//	}
//
// # Functions that return iterators
//
// A function that was chosen may do something before it returns an iterator, and
// return one of several. What makes the machine is that function itself, with
// machines in the place of iterators (outer.go, emit_outer.go). If there is one
// literal beside nothing, nil and calls of the function itself, that is the
// machine's body. Otherwise the machine is a composite: it has a machine for each
// [variant] and no body of its own. A variant of which nothing is known goes
// through iter.Pull (emit_pulled.go). Constants and types that are declared there
// are declared again where the machine needs them, or beside it (around.go).
//
// A function that is given a yield beside other parameters, or returns something,
// is a frame, and so is one that calls itself: the root does nothing but to call it
// (forward.go).
//
// # The passes
//
// They are the literal table [Passes], in passes.go. Each works on the bodies of
// a machine one by one, or on the machine as a whole, can be printed
// (Options.Dump), and has a verifier (Options.Verify, on in every test).
//
//	select   which function, its body, its yield        select.go, directive.go, outer.go, forward.go, variable.go, machine.go
//	suspend  where it suspends, whom it calls; refusals suspend.go, call.go, foreign.go, closure.go, iterated.go
//	rename   unique names; names of what is generated   rename.go, names.go, defer.go
//	capture  what closures and pointers may see         capture.go
//	hoist    source to tree: statements taken apart     hoist_stmt.go, hoist_expr.go, hoist_range.go, hoist_call.go, hoist_iterated.go, epilogue.go, tree.go
//	flow     tree to blocks                             flow.go, tidy.go, afterstop.go, terminate.go
//	live     what is needed after each suspension       live.go
//	frame    where each variable lives; slots           frame.go, why.go
//	emit     blocks to Go                               emit.go, emit_frame.go, emit_iterated.go, emit_outer.go, emit_pulled.go, next.go, source.go, defer_emit.go, raise.go, types.go, typetext.go, subst.go, guard.go
//
// Around them: lower.go (packages in, files out), load.go, folder.go (what was
// generated before), assemble.go, fallback.go, frame_table.go, write.go (files into their
// places), refuse.go, print.go, verify.go, shared.go, consts.go and constraint.go.
//
// The source is never changed. hoist leaves the syntax tree as it is, with its
// type information, and notes in Func.repl which expressions were evaluated into
// which temporaries; from there on, whoever looks at an expression looks there
// first (eachVar to find variables, copier to write).
//
// # The order of evaluation
//
// What was evaluated before a suspension must not be evaluated after it. So all
// calls, receives and logical operations that come before the last suspension
// of a statement are evaluated into temporaries. The language leaves open when
// variables, elements and fields are read; the gc compiler reads them late, when
// their values are needed, and so does the machine, by leaving them where they
// are. [hoister.ordered] lists what gc evaluates in its turn.
//
// # Variables
//
// A variable lives in one of three places (Home): where it was declared, if
// all its uses are in one straight run of statements, which is put in braces;
// at the top of Next, if labels are between its uses; or in the machine, if it
// is live at a suspension. In the two latter, a variable that a closure or a
// pointer may see change lives in a box, a new one each time its declaration
// runs, and for the variable of a three-clause loop in each iteration. A
// closure binds the box when it is made:
//
//	{
//		x := m.x
//		m.f = func() int { *x++; return *x }
//	}
//
// # Deferred calls
//
// A deferred call outlives Next, so it is kept as data: the values of its
// function and its arguments are fields of the machine, or if it stands in a
// loop, a record in a list. A defer statement becomes an assignment to them, also
// inside of copied statements, and every way out of the body ends in the method
// unwind, which defers the calls in their order and, if the body panicked,
// panics with the same value beneath them. Next notices a panic, and Goexit, in a
// deferred function of its own. See defer.go.
//
// Next itself has to make deferred calls that suspend. Then the body has an
// epilogue, blocks behind all others, to which every return and every panic
// goes. So does each frame that defers. A panic, caught in Next, goes from the
// innermost frame to those beneath it, until one recovers it. See epilogue.go
// and raise.go. What a body ranges over is ended first, by the same panic
// (emit_iterated.go).
//
// # Bodies of coro's contract
//
// Where a push iterator's machine has Next and Stop, that of a body has Resume,
// whose parameters are what the suspension that it stands at returns. They hold
// until the next suspension, so a call of the yielder is replaced by them in
// its place (Func.texts). There is no stop and no guard: that is the driver's
// affair. Calls of package coro that may suspend stand in the table in
// library.go with what machines do instead. The machine tells where it is
// suspended, and shows its frame. See contract.go, emit_contract.go; describe.go
// makes the descriptions for package statemachine, of iterators too.
//
// # Every function of a package
//
// [Stress] is the compiler's own test on code that nobody wrote for it: a copy
// of a package in which every function is lowered where it stands (inplace.go,
// inplace_emit.go). It keeps its signature, and its body makes a machine, drives
// it to its end and returns the results. A suspension is before each statement,
// so that each local variable that two statements use is kept in a frame, and each
// statement that consists of others is taken apart. Function literals are
// machines of their own, which capture the variables of the function around them
// as before. A call of recover is a suspension as well: only who drives the
// machine is called by the deferring function, and can recover. A range over a
// function stays, and its body is a machine (inplace_range.go). stress.go and
// stress_copy.go write the copy, which is a module.
//
// # For a debugger
//
// With Options.Line each line of what is generated has a directive that says
// which line of the source it comes from (line.go). The passes note where nodes
// and items come from in Func.at; what the emitter adds comes from the head of
// the body, and what ends it from its end. A directive without a file's name
// means the file that it is in, so what is generated is put behind the sources,
// each declaration behind that of its body (overlay.go), and an overlay has the
// go command take these in the place of the sources (overlay_write.go).
//
// A variable of the source that is kept is also one of Next there (Var.Loaded): loaded in the
// cases of the switch with which Next begins, stored before each suspension
// (locals.go). No other code reaches the kept one meanwhile, or it is not
// loaded, and only a pointer to it is shown. Variables get names back that they
// only had to give up because scopes vanish (locals_names.go). And Stop always
// goes on in the body, so that its last steps are seen.
//
// # What differs from iter.Pull
//
// A consumer that recovers a panic of a deferred function which runtime.Goexit
// runs still exits: the Goexit is on its own goroutine here. A machine of another
// package that is ranged over is stopped when the body of the loop panics, where
// the panic would go through it. Stop called from inside of the body panics, where
// iter.Pull leaves the body suspended for ever. A type that the function declares and that a field needs
// is declared beside the machine, and %T prints its name there. Tracebacks name
// Next.
//
// # What is refused
//
// What is not handled yet is refused with position, reason and remedy, and
// nothing is written, such as yield passed on to a function that is not known.
// suspend is the only pass that refuses because of what the body does; frame
// refuses variables whose types cannot be written. Refused at run time is a suspension while runtime.Goexit makes
// deferred calls: it panics, and names its place.
//
// With [Options].Fallback, a function that is refused gets the same API over
// iter.Pull or coro.Pull (fallback.go), and what ranges over it goes through
// iter.Pull, too. So the functions of a package are lowered again once it is known
// which are refused.
//
// # How to go on
//
// suspend decides what a suspension point is: lookAtKnown, and bodyOf and
// closureBody, which add the body that a call delegates to. A new case begins in
// testdata/corpus.
package lower
