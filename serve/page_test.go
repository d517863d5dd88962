package serve

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// The page loads nothing from elsewhere, and says so.
func TestPage(t *testing.T) {
	h := newHandler(t)
	h.cfg.Name = "<b>opinions"
	text, policy := h.page()
	page := string(text)
	if !strings.Contains(page, "<title>&lt;b&gt;opinions</title>") || strings.Contains(page, "<b>") || strings.Contains(page, "{{") {
		t.Errorf("the name is not in the page, or not escaped:\n%.300s", page)
	}
	if m := regexp.MustCompile(`(https?:)?//[\w.]+|@import|url\(|<(link|script|img)[^>]*(href|src)="[^d]| on\w+=| style=`).FindString(page); m != "" {
		t.Errorf("the page holds %q", m)
	}
	for _, part := range []struct{ name, of string }{{"style", `(?s)<style>(.*)</style>`}, {"script", `(?s)<script>(.*)</script>`}} {
		if want := part.name + "-src " + hash(regexp.MustCompile(part.of).FindStringSubmatch(page)[1]); !strings.Contains(policy, want) || !strings.HasPrefix(policy, "default-src 'none';") {
			t.Errorf("the policy %q lacks %q", policy, want)
		}
	}
}

// In a browser, a text in the field gives its classes and the parts of its words.
func TestPageInABrowser(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no chromium: .ci/run installs it")
		}
		t.Skip("no chromium to look at the page with: apt-get install chromium")
	}
	h := newHandler(t)
	s := httptest.NewServer(h)
	defer s.Close()
	e, err := h.model.Load().Explain("The soup was <b>cold</b> xyzzy")
	if err != nil {
		t.Fatal(err)
	}
	dom := func(text string) string {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), chromium, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(),
			"--virtual-time-budget=10000", "--dump-dom", s.URL+"/?text="+url.QueryEscape(text)).Output()
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	got := dom("The soup was <b>cold</b> xyzzy")
	rows := regexp.MustCompile(`<th class="">(\w+)</th>.*?<td class="score">([\d.]+)</td>`).FindAllStringSubmatch(got, -1)
	if len(rows) != 2 || rows[0][1] != e.Label || rows[0][2] != fmt.Sprintf("%.3f", e.Score) {
		t.Errorf("classes %v, want %v\n%s", rows, e.Top(2), got)
	}
	words := regexp.MustCompile(`<span class="word( unknown)?"[^>]*><b class="">([^<]*)</b><small class="">([^<]*)</small></span>`).FindAllStringSubmatch(got, -1)
	if len(words) != len(e.Words) {
		t.Fatalf("words %v, want %v\n%s", words, e.Words, got)
	}
	for i, w := range e.Words {
		if m := words[i]; strings.NewReplacer("&lt;", "<", "&gt;", ">").Replace(m[2]) != w.Word || m[1] != "" != w.Unknown || (m[3][0] == '+') != (w.Part >= 0) {
			t.Errorf("word %d is %q, want %+v", i, m, w)
		}
	}
	if !strings.Contains(got, `<section id="answer" aria-live="polite">`) || !strings.Contains(got, `<p id="problem" role="alert" hidden="">`) {
		t.Errorf("the answer is hidden, or there is a problem:\n%s", got)
	}
	if got := dom(""); !strings.Contains(got, `<section id="answer" aria-live="polite" hidden="">`) {
		t.Errorf("without a text there is an answer:\n%s", got)
	}
}
