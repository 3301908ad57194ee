package cli

import (
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// patience is how long a person waits without a word.
const patience = time.Second

// progress shows how far a long piece of work has come, with the time it will still
// take: on a terminal only, and only after a second. add counts what was done;
// done clears the line.
func (p *program) progress(what string, total int) (add func(int), done func()) {
	out, isFile := p.Stderr.(*os.File)
	if !isFile || !term.IsTerminal(int(out.Fd())) {
		return func(int) {}, func() {}
	}
	begun, count := p.Now(), 0
	var bar *progressbar.ProgressBar
	add = func(n int) {
		count += n
		if bar == nil && p.Now().Sub(begun) > patience {
			bar = progressbar.NewOptions(total,
				progressbar.OptionSetWriter(out), progressbar.OptionSetDescription(what),
				progressbar.OptionShowCount(), progressbar.OptionThrottle(patience/10), progressbar.OptionClearOnFinish())
		}
		if bar != nil {
			_ = bar.Set(count) // a bar that cannot be drawn stops nobody's letters
		}
	}
	return add, func() {
		if bar != nil {
			_ = bar.Clear()
		}
	}
}
