//go:build !unix

package main

// interrupted is a program of tests that run on Unix only.
func interrupted() {}
