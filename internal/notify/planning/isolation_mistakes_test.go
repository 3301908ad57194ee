package planning

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"tocsin/internal/affected"
	"tocsin/internal/notify"
	"tocsin/internal/tailnet"
)

// mistake is one way to tell a tailnet of another.
type mistake struct {
	name string
	make func(*walk)
}

// isolationMistakes are some that have been made, in mailers and elsewhere: a variable of
// the row before, an index that is off by one, a cache with too short a key, a buffer that
// is not emptied. Each leaves every type and every check of the walk itself content.
func isolationMistakes() []mistake {
	return []mistake{
		{"taken: a node is booked to another tailnet", func(w *walk) {
			w.taken.node = func(n *tailnet.Node) {
				if n.ID == "n11" {
					n.Tailnet = "bakery.example.com"
				}
			}
		}},
		{"taken: two nodes change their IDs", func(w *walk) {
			w.taken.node = func(n *tailnet.Node) {
				switch n.ID {
				case "n11":
					n.ID = "n01"
				case "n01":
					n.ID = "n11"
				}
			}
		}},
		{"taken: a node keeps the name of the row before", func(w *walk) {
			w.taken.node = before(func(n, last *tailnet.Node) { n.Name = last.Name })
		}},
		{"taken: the Owner is that of the row before", func(w *walk) {
			w.taken.tailnet = before(func(n, last *tailnet.Tailnet) {
				if n.OwnerEmail != "" && last.OwnerEmail != "" {
					n.OwnerEmail = last.OwnerEmail
				}
			})
		}},
		{"taken: two tailnets have one name", func(w *walk) {
			w.taken.tailnet = before(func(n, last *tailnet.Tailnet) { n.DisplayName = last.DisplayName })
		}},
		{"taken: a finding tells what the one before tells", func(w *walk) {
			told := ""
			w.taken.finding = func(f *tailnet.Finding) {
				if f.Tell != "" {
					f.Tell, told = told, f.Tell
				}
			}
		}},
		{"taken: what was done for one was done for the next", func(w *walk) {
			done := ""
			w.taken.finding = func(f *tailnet.Finding) {
				if f.Done != "" {
					f.Done, done = done, f.Done
				}
			}
		}},
		{"taken: a user is joined by the wrong key", func(w *walk) {
			w.taken.user = before(func(u, last *tailnet.User) { u.Login = last.Login })
		}},
		{"taken: an address on file is that of the row before", func(w *walk) {
			w.taken.supplement = before(func(s, last *tailnet.Supplement) { s.Email = last.Email })
		}},
		{"rows: hits pile up in one slice", func(w *walk) {
			w.rows = func(rows []notify.Row) {
				var shared []affected.Hit
				for i := range rows {
					shared = append(shared, rows[i].Match.Hits...)
					rows[i].Match.Hits = claimed(shared, rows[i].Tailnet.ID)
				}
			}
		}},
		{"rows: the index is off by one", func(w *walk) {
			w.rows = func(rows []notify.Row) {
				for i := range len(rows) - 1 {
					rows[i].Match.Hits = claimed(rows[i+1].Match.Hits, rows[i].Tailnet.ID)
				}
			}
		}},
		{"rows: a block ends one node late", func(w *walk) {
			w.rows = func(rows []notify.Row) {
				hits := slices.Concat(rows[2].Match.Hits, rows[3].Match.Hits[:1])
				rows[2].Match.Hits = claimed(hits, rows[2].Tailnet.ID)
			}
		}},
		{"rows: one contact for all", func(w *walk) {
			w.rows = func(rows []notify.Row) {
				for i := range rows {
					rows[i].Contact.Address = rows[0].Contact.Address
				}
			}
		}},
		{"rows: nodes that findings name are the next tailnet's", func(w *walk) {
			w.rows = func(rows []notify.Row) {
				rows[1].Named[0].Name = rows[2].Named[0].Name
			}
		}},
		{"rows: who gets no letter has another's node", func(w *walk) {
			w.rows = func(rows []notify.Row) {
				rows[1].Standing, rows[1].Match.Hits = notify.Unreachable, claimed(rows[2].Match.Hits[:1], rows[1].Tailnet.ID)
			}
		}},
		{"written: recipients pile up", func(w *walk) {
			var all []byte
			w.sent = func(_ tailnet.ID, message []byte) []byte {
				all = append(all, address(message)...)
				to := append([]byte("To: "), bytes.TrimSuffix(all, []byte(", "))...)
				all = append(all, ", "...)
				return bytes.Replace(message, append([]byte("To: "), address(message)...), to, 1)
			}
		}},
		{"written: the address of the letter before", func(w *walk) {
			w.written = before(func(l, last *notify.Letter) { l.To = last.To })
		}},
		{"written: the subject of the first letter, from a cache", func(w *walk) {
			w.written = first(func(l, first *notify.Letter) { l.Subject = first.Subject })
		}},
		{"written: the HTML of the letter before", func(w *walk) {
			w.written = before(func(l, last *notify.Letter) { l.HTML = last.HTML })
		}},
		{"written: the text of the first letter, from a cache", func(w *walk) {
			w.written = first(func(l, first *notify.Letter) { l.Text = first.Text })
		}},
		{"written: one paragraph from a cache", func(w *walk) {
			w.written = first(func(l, first *notify.Letter) { l.Text = swapLine(l.Text, first.Text, "till-1") })
		}},
		{"written: one row of the table from a cache", func(w *walk) {
			w.written = first(func(l, first *notify.Letter) { l.HTML = swapLine(l.HTML, first.HTML, "till-2") })
		}},
		{"written: the attachments of the letter before", func(w *walk) {
			w.written = before(func(l, last *notify.Letter) { l.Attachments = last.Attachments })
		}},
		{"written: the CSV of the letter before", func(w *walk) {
			w.written = before(func(l, last *notify.Letter) {
				l.Attachments = []notify.Attachment{last.Attachments[0], l.Attachments[1]}
			})
		}},
		{"written: a buffer is not emptied", func(w *walk) {
			text := ""
			w.written = func(l *notify.Letter) {
				text += l.Text
				l.Text = text
			}
		}},
		{"written: the list of the letter before follows", func(w *walk) {
			w.written = before(func(l, last *notify.Letter) {
				l.Attachments = slices.Clone(l.Attachments)
				_, rows, _ := bytes.Cut(last.Attachments[0].Data, []byte("\r\n"))
				l.Attachments[0].Data = slices.Concat(l.Attachments[0].Data, rows)
			})
		}},
		{"written: a link for somebody else", func(w *walk) {
			w.written = before(func(l, last *notify.Letter) {
				l.HTML = strings.Replace(l.HTML, "https://login.example.com/contacts", "https://login.example.com/contacts?tailnet="+string(last.Tailnet)+"&amp;x=1", 1)
			})
		}},
		{"written: the code of the letter before", func(w *walk) {
			w.written = before(func(l, last *notify.Letter) {
				mine, its := codeOf.FindString(l.Text), codeOf.FindString(last.Text)
				l.Text, l.HTML = strings.Replace(l.Text, mine, its, 1), strings.Replace(l.HTML, mine, its, 1)
			})
		}},
		{"written: the code of the letter before, in the HTML alone", func(w *walk) {
			w.written = before(func(l, last *notify.Letter) {
				l.HTML = strings.Replace(l.HTML, codeOf.FindString(l.HTML), codeOf.FindString(last.HTML), 1)
			})
		}},
		{"sent: the message before", func(w *walk) {
			var last []byte
			w.sent = func(_ tailnet.ID, message []byte) []byte {
				sent := last
				if last = message; sent == nil {
					return message
				}
				return sent
			}
		}},
		{"sent: a header field of somebody else", func(w *walk) {
			last := tailnet.ID("")
			w.sent = func(to tailnet.ID, message []byte) []byte {
				field := "X-Entity: " + string(last) + "\r\n"
				last = to
				return append([]byte(field), message...)
			}
		}},
		{"sent: between the parts", func(w *walk) {
			last := tailnet.ID("")
			w.sent = func(to tailnet.ID, message []byte) []byte {
				note := "\r\n\r\n" + string(last) + "\r\n"
				last = to
				return bytes.Replace(message, []byte("\r\n\r\n"), []byte(note), 1)
			}
		}},
	}
}

// codeOf is where a letter bears its code.
var codeOf = regexp.MustCompile(`\b[0-9A-Z]{5}(-[0-9A-Z]{5}){3}\b`)

// before makes a change to each row that knows the one before it.
func before[T any](change func(one, last *T)) func(*T) {
	var last *T
	return func(one *T) {
		now := *one
		if last != nil {
			change(one, last)
		}
		last = &now
	}
}

// first makes a change to each row that knows the first one.
func first[T any](change func(one, first *T)) func(*T) {
	var kept *T
	return func(one *T) {
		if kept == nil {
			now := *one
			kept = &now
		}
		change(one, kept)
	}
}

// claimed are hits that say they belong to a tailnet.
func claimed(hits []affected.Hit, by tailnet.ID) []affected.Hit {
	hits = slices.Clone(hits)
	for i := range hits {
		hits[i].Node.Tailnet = by
	}
	return hits
}

// swapLine is a text with the line that holds a word as it stands in another.
func swapLine(text, other, word string) string {
	line := func(text string) string {
		for line := range strings.Lines(text) {
			if strings.Contains(line, word) {
				return line
			}
		}
		return ""
	}
	return strings.Replace(text, line(text), line(other), 1)
}

// address is the value of the field To.
func address(message []byte) []byte {
	_, after, _ := bytes.Cut(message, []byte("To: "))
	value, _, _ := bytes.Cut(after, []byte("\r\n"))
	return bytes.Clone(value)
}
