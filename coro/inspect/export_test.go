package inspect

// Folders is for the tests.
func Folders() []string { return folders() }
