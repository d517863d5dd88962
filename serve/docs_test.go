package serve

import (
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"gorgonia-embedding/internal/cli/clitest"
)

// The requests of docs/serving.md get the answers that it shows.
func TestServingPage(t *testing.T) {
	page, err := os.ReadFile("../docs/serving.md")
	if err != nil {
		t.Fatal(err)
	}
	requests := regexp.MustCompile(`(?m)^curl -s http://127\.0\.0\.1:8080(\S*)(?: -d '(.*)')?\n(.*)$`).FindAllStringSubmatch(string(page), -1)
	if len(requests) < 7 {
		t.Fatalf("%d requests", len(requests))
	}
	h := newHandler(t)
	for _, m := range requests {
		method := "GET"
		if m[2] != "" {
			method = "POST"
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, m[1], strings.NewReader(m[2])))
		if got := w.Body.String(); clitest.Rounded(got) != clitest.Rounded(m[3]) {
			t.Errorf("%s %s: got\n%s\nthe page says\n%s", m[1], m[2], got, m[3])
		}
	}
}
