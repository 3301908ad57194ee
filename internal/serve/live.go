package serve

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// live tells browsers which version of the site there is, by server-sent events
// (HTML Standard, 9.2). A page knows its own version, and reloads at another.
type live struct {
	run string

	mu     sync.Mutex
	number int
	page   int           // the newest version that changed more than style
	next   chan struct{} // closed when number counts up
}

func newLive(run string) live {
	return live{run: run, next: make(chan struct{})}
}

// count makes a new version. Where only style changed a page need not be loaded again.
func (l *live) count(onlyStyle bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.number++
	if !onlyStyle {
		l.page = l.number
	}
	close(l.next)
	l.next = make(chan struct{})
}

// version is the name of the version there is.
func (l *live) version() string {
	number, _, _ := l.now()
	return l.name(number)
}

func (l *live) name(number int) string { return l.run + "." + strconv.Itoa(number) }

func (l *live) now() (number, page int, next <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.number, l.page, l.next
}

// serve sends the version there is, and each that comes, until the browser goes or the
// server stops. A browser that lost the line comes back by itself after half a second.
func (l *live) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	if r.Method == http.MethodHead {
		return
	}
	line := http.NewResponseController(w)
	if line.SetWriteDeadline(time.Time{}) != nil { // an event may be hours away
		return
	}
	fmt.Fprint(w, "retry: 500\n")
	event, told := "now", 0
	for {
		number, page, next := l.now()
		if event != "now" && page <= told {
			event = "style"
		}
		_, err := fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event, l.name(number))
		if err != nil || line.Flush() != nil {
			return
		}
		event, told = "page", number
		select {
		case <-next:
		case <-r.Context().Done():
			return
		}
	}
}
