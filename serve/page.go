package serve

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html"
	"strings"
)

//go:embed page
var pageFiles embed.FS

// page returns the page with its style and its script, and the policy that lets it load nothing but them, and ask nobody
// but this server.
func (h *Handler) page() (text []byte, policy string) {
	file := func(name string) string {
		text, _ := pageFiles.ReadFile("page/" + name) // is there: it was embedded
		return string(text)
	}
	style, script := file("page.css"), file("page.js")
	page := strings.NewReplacer("{{name}}", html.EscapeString(h.cfg.Name), "{{style}}", style, "{{script}}", script).Replace(file("page.html"))
	return []byte(page), "default-src 'none'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
		"style-src " + hash(style) + "; script-src " + hash(script)
}

// hash returns how a policy names a style or a script.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
