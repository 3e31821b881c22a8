package lower

// This file defines the list of the passes, and how each is printed.

import (
	"fmt"
	"io"
	"strings"
)

// A Pass is a step of the compiler: over each body of a machine, over the whole
// machine, or both.
type Pass struct {
	Name string
	Does string
	Here string // why it stands where it stands

	run    func(*Func)    // over each body
	whole  func(*Machine) // then, over all of them
	print  func(io.Writer, *Func)
	verify func(*Func) error
}

// Passes are all passes, in their order.
var Passes = []Pass{
	{
		Name: "select", Does: "finds the body, its yield, and what it yields",
		Here: "first: it says what is looked at", run: runSelect, print: printSelect, verify: verifySelect,
	},
	{
		Name: "suspend", Does: "finds the suspension points and everything that they are in; refuses what cannot be lowered",
		Here: "before anything is changed, so that a refusal names the source", run: runSuspend, print: printSuspend, verify: verifySuspend,
	},
	{
		Name: "rename", Does: "gives unique names to what is declared where scopes will vanish",
		Here: "after suspend, which says where that is", run: runRename, print: printRename, verify: verifyRename,
	},
	{
		Name: "capture", Does: "finds the variables that closures and pointers may see, and those that keep their value",
		Here: "before hoist, which needs no copy of what keeps its value", run: runCapture, print: printCapture,
	},
	{
		Name: "hoist", Does: "takes statements that suspend apart, in the order of evaluation, and copies everything else",
		Here: "before flow: it makes the tree that flow reads", run: runHoist, print: printHoist, verify: verifyHoist,
	},
	{
		Name: "flow", Does: "makes blocks of the tree, with jumps between them",
		Here: "before live, which walks over blocks", run: runFlow, whole: tidyAll, print: printFlow, verify: verifyFlow,
	},
	{
		Name: "live", Does: "finds what is needed after each suspension",
		Here: "before frame, which keeps that", run: runLive, print: printLive, verify: verifyLive,
	},
	{
		Name: "frame", Does: "decides where each variable lives, and lays out what is kept",
		Here: "before emit, which writes variables as what they have become", run: runFrame, print: printFrame, verify: verifyFrame,
	},
	{
		Name: "emit", Does: "writes the machine",
		Here: "last", whole: runEmit, print: printEmit, verify: verifyEmit,
	},
}

// lower runs all passes over m, as far as nothing is refused.
func (m *Machine) lower(opt *Options) error {
	for i := range Passes {
		p := &Passes[i]
		for i := 0; p.run != nil && i < len(m.bodies); i++ { // they may become more
			p.run(m.bodies[i])
		}
		if p.whole != nil && len(m.Refused) == 0 {
			p.whole(m)
		}
		if len(m.Refused) > 0 {
			return nil
		}
		for _, f := range m.bodies {
			if opt.Verify && p.verify != nil {
				if err := p.verify(f); err != nil {
					return fmt.Errorf("%s: after %s: %w", f.Name, p.Name, err)
				}
			}
			if opt.Dump == p.Name {
				f.dump(opt.DumpTo, p)
			}
		}
	}
	return nil
}

// dump prints f after a pass.
func (f *Func) dump(w io.Writer, p *Pass) {
	fmt.Fprintf(w, "%s after %s\n", f.Name, p.Name)
	var b strings.Builder
	p.print(&b, f)
	for line := range strings.Lines(b.String()) {
		fmt.Fprintf(w, "\t%s", line)
	}
	fmt.Fprintln(w)
}
