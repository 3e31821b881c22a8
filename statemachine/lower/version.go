package lower

// This file defines what depends on the language version of a file.

import "go/version"

// olderThan reports whether the file is of a language version before v.
func (f *Func) olderThan(v string) bool {
	is := f.info.FileVersions[f.file]
	return is != "" && version.Compare(is, v) < 0
}

// sharesLoops reports whether loops declare their variables once, and not anew
// in each turn, as they did before go1.22.
func (f *Func) sharesLoops() bool { return f.olderThan("go1.22") }

// anything returns how the type any is written.
func (f *Func) anything() string {
	if f.olderThan("go1.18") {
		return "interface{}"
	}
	return "any"
}
