package viewer

func systemBrowsers() [][]string { return [][]string{{"/usr/bin/open"}} }
