package viewer

func systemBrowsers() [][]string {
	return [][]string{{"rundll32", "url.dll,FileProtocolHandler"}}
}
