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

	composite bool // over machines without a body of their own, too

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
		Here: "before emit, which writes variables as what they have become", run: runFrame, whole: nameableTypes, print: printFrame, verify: verifyFrame,
	},
	{
		Name: "emit", Does: "writes the machine",
		Here: "last", composite: true, whole: runEmit, print: printEmit, verify: verifyEmit,
	},
}

// lower runs all passes but the last over m, as far as nothing is refused.
func (m *Machine) lower(opt *Options) error {
	for {
		var printed strings.Builder
		again, err := m.run(opt, m.shared.passes[:len(m.shared.passes)-1], &printed)
		if again {
			m.noPassing, m.again = true, false
			m.begin(m.root.file, m.root.decl)
			continue
		}
		if opt.DumpTo != nil {
			io.WriteString(opt.DumpTo, printed.String())
		}
		return err
	}
}

// finish runs the last pass, when all that m ranges over is lowered, too.
func (m *Machine) finish(opt *Options) error {
	to := opt.DumpTo
	if to == nil {
		to = io.Discard
	}
	_, err := m.run(opt, m.shared.passes[len(m.shared.passes)-1:], to)
	return err
}

// run runs passes. If again, they are to be run once more from the beginning,
// since loops that only pass on cannot be delegation.
func (m *Machine) run(opt *Options, passes []Pass, printTo io.Writer) (again bool, err error) {
	for i := range passes {
		p := &passes[i]
		if m.isComposite() && !p.composite {
			continue
		}
		for i := 0; p.run != nil && i < len(m.bodies); i++ { // they may become more
			p.run(m.bodies[i])
		}
		if p.whole != nil && len(m.Refused) == 0 {
			p.whole(m)
		}
		if len(m.Refused) > 0 {
			return false, nil
		}
		if m.again {
			return true, nil
		}
		for _, f := range m.bodies {
			if m.isComposite() {
				break
			}
			if opt.Verify && p.verify != nil {
				if err := p.verify(f); err != nil {
					return false, fmt.Errorf("%s: after %s: %w", f.Name, p.Name, err)
				}
			}
			if opt.Dump == p.Name {
				f.dump(printTo, p)
			}
			if opt.Frames != nil && p.Name == "frame" {
				opt.Frames(f.frameTable())
			}
		}
	}
	return false, nil
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
