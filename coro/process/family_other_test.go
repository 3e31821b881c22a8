//go:build !unix

package process_test

// family is for systems where a process has a group.
func family() {}
