package lower

// This file defines how deferred calls are written: where they are deferred,
// where they are kept, and where they are made.

import (
	"fmt"
	"strings"
)

// deferred returns the statements that take the place of a defer statement:
// they save what it evaluates.
func (w *writer) deferred(d *Deferral) string {
	var before, values []string
	text := func(s *saved) string {
		if s.Var != nil {
			return w.place(s.Var)
		}
		return w.write(s.X)
	}
	if len(d.multi) > 0 {
		var names []string
		if d.fun != nil && w.f.calls(d.Stmt.Call.Fun) {
			name := w.f.fresh(d.name)
			before = append(before, name+" := "+text(d.fun))
			text = func(*saved) string { return name }
		}
		for range d.multi {
			names = append(names, w.f.fresh("result"))
		}
		before = append(before, strings.Join(names, ", ")+" := "+w.source(d.Stmt.Call.Args[0], nil))
		if d.fun != nil {
			values = append(values, text(d.fun))
		}
		values = append(values, names...)
	} else {
		for _, s := range d.all() {
			values = append(values, text(s))
		}
	}
	var set string
	if w.f.function().listed() {
		set = w.appended(d, values)
	} else {
		var fields []string
		if d.flag != "" {
			fields, values = []string{w.f.function().own(d.flag)}, append([]string{"true"}, values...)
		}
		for _, s := range d.all() {
			fields = append(fields, w.f.function().own(s.Name))
		}
		set = strings.Join(fields, ", ") + " = " + strings.Join(values, ", ")
	}
	if before == nil {
		return set
	}
	return "{\n" + strings.Join(append(before, set), "\n") + "\n}"
}

// appended returns the statement that adds a deferred call to the list.
func (w *writer) appended(d *Deferral, values []string) string {
	f := w.f.function()
	list := f.own(f.names.deferred)
	if f.bare() {
		return fmt.Sprintf("%s = append(%s, %s)", list, list, values[0])
	}
	var fields []string
	if len(f.deferrals) > 1 {
		fields = append(fields, fmt.Sprintf("%s: %d", siteField, f.siteOf(d)))
	}
	for i, s := range d.all() {
		fields = append(fields, s.Name+": "+values[i])
	}
	_, used := f.machine.typeParams()
	return fmt.Sprintf("%s = append(%s, %s%s{%s})", list, list, f.names.record, used, strings.Join(fields, ", "))
}

// bare reports whether the list of deferred calls has one kind of them and one
// value of each, which then is what the list consists of.
func (f *Func) bare() bool { return len(f.deferrals) == 1 && len(f.deferrals[0].all()) == 1 }

func (f *Func) siteOf(d *Deferral) int {
	for i, other := range f.deferrals {
		if d == other {
			return i + 1
		}
	}
	return 0
}

// own returns how a field of the machine is written.
func (f *Func) own(name string) string { return f.names.recv + "." + name }

// unwinding returns the statements that make deferred calls, the last one first,
// while what names.panicking holds panics, unless it is nil. The list of them,
// if they are in one, is called list.
func (f *Func) unwinding(deferrals []*Deferral, list string) []string {
	w := &writer{f: f, binds: make(map[*Var]bool)}
	var lines []string
	line := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	if f.listed() {
		if len(deferrals) == 1 && len(deferrals[0].all()) == 0 {
			line("for range %s {", list)
		} else {
			line("for _, %s := range %s {", f.names.call, list)
		}
		if len(deferrals) > 1 {
			line("switch %s.%s {", f.names.call, siteField)
		}
	}
	for _, d := range deferrals {
		flag, none := d.flag, "false"
		switch {
		case !f.listed() && d.flag != "":
			line("if %s {", f.own(d.flag))
		case !f.listed():
			line("if %s != nil {", f.own(d.fun.Name))
			flag, none = d.fun.Name, "nil"
		case len(deferrals) > 1:
			line("case %d: // in line %d", f.siteOf(d), f.position(d.Stmt.Pos()).Line)
		}
		line("defer %s", w.call(d))
		if !f.listed() {
			if f.epilogue != nil {
				line("%s = %s", f.own(flag), none)
			}
			line("}")
		}
	}
	if f.listed() {
		if len(deferrals) > 1 {
			line("}")
		}
		line("}")
	}
	line("if %s != nil {", f.names.panicking)
	line("panic(%s)", f.names.panicking)
	line("}")
	return lines
}

// siteField is the field that says which defer statement a record is of.
const siteField = "site"

// call returns a deferred call as it is made in the end.
func (w *writer) call(d *Deferral) string {
	f := w.f
	field := func(s *saved) string {
		switch {
		case !f.listed():
			return f.own(s.Name)
		case f.bare():
			return f.names.call
		}
		return f.names.call + "." + s.Name
	}
	fun := d.Stmt.Call.Fun
	var text string
	if d.fun != nil {
		text = field(d.fun)
	} else {
		text = w.source(fun, nil)
	}
	var args []string
	for _, arg := range d.args {
		if s, ok := arg.(*saved); ok {
			args = append(args, field(s))
		} else {
			args = append(args, w.write(arg))
		}
	}
	dots := ""
	if d.Stmt.Call.Ellipsis.IsValid() {
		dots = "..."
	}
	return text + "(" + strings.Join(args, ", ") + dots + ")"
}

// deferredFields returns the fields of the machine that hold deferred calls.
func (f *Func) deferredFields() []string {
	var fields []string
	if e := f.epilogue; e != nil {
		fields = append(fields, e.panicked+" any // while deferred calls are made")
		if !f.isRoot() {
			fields = append(fields, e.exiting+" bool // runtime.Goexit makes the deferred calls")
		}
	}
	if f.listed() {
		elem := f.names.record
		_, used := f.machine.typeParams()
		elem += used
		if f.bare() {
			elem = f.typeText(f.deferrals[0].all()[0].Type)
		}
		fields = append(fields, fmt.Sprintf("%s []%s // calls, the first deferred first", f.names.deferred, elem))
		if f.suspendsDeferred() {
			fields = append(fields, fmt.Sprintf("%s %s // that is being made", f.epilogue.call, elem))
		}
		return fields
	}
	for _, d := range f.deferrals {
		at := f.position(d.Stmt.Pos()).Line
		comment := fmt.Sprintf("line %d: %s", at, f.oneLine(d.Stmt))
		add := func(name, typ string) {
			fields = append(fields, fmt.Sprintf("%s %s // %s", name, typ, comment))
			comment = "its argument"
		}
		if d.flag != "" {
			add(d.flag, "bool")
		}
		for _, s := range d.all() {
			if s == d.fun && d.flag != "" {
				comment = "its function"
			}
			add(s.Name, f.typeText(s.Type))
			comment = "its argument"
		}
	}
	return fields
}

// recordType returns the declaration of what is in the list of deferred calls,
// or "" if it needs none.
func (f *Func) recordType() string {
	if !f.listed() || f.bare() {
		return ""
	}
	declared, _ := f.machine.typeParams()
	var b strings.Builder
	fmt.Fprintf(&b, "// A %s is a deferred call: the values of its function and arguments.\ntype %s%s struct {\n", f.names.record, f.names.record, declared)
	if len(f.deferrals) > 1 {
		fmt.Fprintf(&b, "%s int // which defer statement it is of\n", siteField)
	}
	for _, d := range f.deferrals {
		for _, s := range d.all() {
			fmt.Fprintf(&b, "%s %s // in line %d\n", s.Name, f.typeText(s.Type), f.position(d.Stmt.Pos()).Line)
		}
	}
	b.WriteString("}\n\n")
	return b.String()
}

// unwind writes the method that makes the deferred calls.
func (e *emitter) unwind(results, zeros string) {
	f := e.f
	e.printf("// %s makes the deferred calls, the last one first, while %s panics, unless it is\n// nil, and ends the machine.\n", f.names.unwind, f.names.panicking)
	e.printf("func (%s *%s) %s(%s any) %s {\ndefer %s()\n%s\nreturn %s\n}\n\n", f.names.recv, e.machine, f.names.unwind, f.names.panicking, results,
		f.own(f.machine.names.end), strings.Join(f.unwinding(f.deferrals, f.own(f.names.deferred)), "\n"), zeros)
}
